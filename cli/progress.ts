// Progress: one short line for each thing that happens, on standard error.
import type { Progress } from '../engine/observe.ts';
import { shown } from '../protocol/text.ts';
import { duration } from './words.ts';

/** The text of phases and states that send no request, printed when one is entered. */
const texts: Readonly<Record<string, string>> = {
  bindChecking: 'looking up the credentials for this server',
  reusing: 'trying the stored credentials first',
  'authorizing.awaitingUser': 'waiting until the login is finished',
  'authorizing.awaitingSibling': 'another process has a login under way: waiting for it',
  'authorizing.awaitingApproval': 'waiting until you have typed the code',
  authorized: 'there is a token',
  steppingUp: 'the resource asks for more scopes than were granted',
  rejected: 'refused for safety',
  signingOut: 'revoking and deleting the tokens',
};

/** Here a server is asked every few seconds, and answers 400 until the person is done. */
const AWAITING_APPROVAL = 'authorizing.awaitingApproval';

/** How lines of progress are written. */
export interface Lines {
  /** Write a line for every state. */
  readonly verbose: boolean;
  readonly write: (line: string) => void;
  /** Makes text grey, if the terminal has colours. */
  readonly dim: (text: string) => string;
}

/**
 * Makes the function that writes progress: requests with their status, and phases. With `verbose` it writes every
 * state, with the ids of its requirements.
 */
export function progressLines({ verbose, write, dim }: Lines): (progress: Progress) => void {
  let phase = '';
  let state = '';
  let last = '';
  const line = (name: string, text: string) => write(`${dim(name.padEnd(13))} ${text}`);
  return (progress) => {
    if (progress.kind === 'set-aside') {
      return line('store', `a damaged record was set aside: ${shown(progress.key)}`);
    }
    if (progress.kind === 'waiting') return line(phase, waitingLine(progress));
    if (progress.kind === 'relaxed') return line('relaxed', progress.what);
    if (progress.kind === 'registration') {
      return verbose || progress.said !== undefined ? line(phase, registrationLine(progress)) : undefined;
    }
    if (progress.kind === 'request') {
      if (!verbose && state === AWAITING_APPROVAL && progress.status === 400) return undefined;
      const name = progress.purpose === 'resource' ? 'requesting' : phase;
      return line(name, requestLine(progress));
    }
    state = progress.state;
    phase = progress.state.split('.', 1)[0] ?? '';
    if (verbose) {
      const rest = progress.state.slice(phase.length + 1);
      const text = rest === '' ? progress.description : `${rest}: ${progress.description}`;
      return line(phase, `${text} ${dim(progress.spec.join(' '))}`.trimEnd());
    }
    const key = progress.state in texts ? progress.state : phase;
    const text = texts[key];
    if (text !== undefined && key !== last) line(phase, text);
    last = key;
  };
}

/** Another process that is waited for, which may have ended. */
export function waitingLine({ for: on, most }: Extract<Progress, { kind: 'waiting' }>): string {
  const what = {
    renewal: 'is renewing this login, or has ended in the middle of that',
    registration: 'is registering this client, or has ended in the middle of that',
    login: 'is about to begin this login, or has ended in the middle of that',
  }[on];
  return `another process ${what}: waiting for it, at most ${duration(most)}`;
}

/** One request with its status, in columns. */
export function requestLine({
  purpose,
  method,
  url,
  status,
}: Extract<Progress, { kind: 'request' }>): string {
  const what = purpose === 'resource' ? `${method} resource` : purpose.replace('-', ' ');
  return `${shown(what).padEnd(17)}  ${shown(url)}  ${status ?? 'no answer'}`;
}

/** One request to register a client: what was asked for, or changed, and what the server said when it refused. */
export function registrationLine({
  number,
  changed,
  sent,
  said,
}: Extract<Progress, { kind: 'registration' }>): string {
  const now =
    changed === null ? JSON.stringify(sent) : `${changed} ${JSON.stringify(sent[changed]) ?? 'left out'}`;
  const answer = said === undefined ? '' : `; refused: ${shown(said)}`;
  return `registration ${number}: ${shown(now, 1000)}${answer}`;
}
