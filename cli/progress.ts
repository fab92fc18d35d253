// What happens, as it happens: one short line each, on standard error.
import type { Progress } from '../engine/observe.ts';
import { shown } from '../protocol/text.ts';

/** The phases that do something without asking anybody: said in words when they are entered. */
const deeds: Readonly<Record<string, string>> = {
  bindChecking: 'which credentials belong to this server?',
  reusing: 'what is there already is used first',
  'authorizing.awaitingUser': 'waiting until the login is finished',
  'authorizing.awaitingApproval': 'waiting until the login is approved',
  authorized: 'there is a token',
  steppingUp: 'more scopes are needed than were granted',
  rejected: 'refused for safety',
  signingOut: 'revoking and forgetting',
};

export interface Lines {
  readonly verbose: boolean;
  readonly write: (line: string) => void;
  /** Makes text quiet, where colours may be used. */
  readonly dim: (text: string) => string;
}

/** Makes the listener: requests with their status, phases in words; with `verbose` every state and what it serves. */
export function progressLines({ verbose, write, dim }: Lines): (progress: Progress) => void {
  let phase = '';
  let said = '';
  const line = (name: string, text: string) => write(`${dim(name.padEnd(13))} ${text}`);
  return (progress) => {
    if (progress.kind === 'set-aside') {
      return line('store', `a damaged record was set aside: ${shown(progress.key)}`);
    }
    if (progress.kind === 'loosened') return line('loosened', progress.what);
    if (progress.kind === 'request') {
      const name = progress.purpose === 'resource' ? 'requesting' : phase;
      return line(name, requestLine(progress));
    }
    phase = progress.state.split('.', 1)[0] ?? '';
    if (verbose) {
      const rest = progress.state.slice(phase.length + 1);
      const text = rest === '' ? progress.description : `${rest}: ${progress.description}`;
      return line(phase, `${text} ${dim(progress.spec.join(' '))}`.trimEnd());
    }
    const key = progress.state in deeds ? progress.state : phase;
    const deed = deeds[key];
    if (deed !== undefined && key !== said) line(phase, deed);
    said = key;
  };
}

export function requestLine({
  purpose,
  method,
  url,
  status,
}: Extract<Progress, { kind: 'request' }>): string {
  const what = purpose === 'resource' ? `${method} resource` : purpose.replace('-', ' ');
  return `${shown(what).padEnd(17)}  ${shown(url)}  ${status ?? 'no answer'}`;
}
