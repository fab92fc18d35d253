// How a failure ends the command: its exit code, and the one sentence that says what to do.
import {
  AuthError,
  type Failure,
  type FailureCode,
  failure,
  refuse,
  safetyCodes,
  toFailure,
} from '../contract/errors.ts';
import { shown } from '../protocol/text.ts';
import { shellWord } from './words.ts';

/** Documented in the help of the program: scripts decide on these. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  personNeeded: 3,
  unreachable: 4,
  refused: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const outOfReach: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'unreachable',
  'timed_out',
  'server_unavailable',
]);

export function exitCodeOf({ code, recovery }: Pick<Failure, 'code' | 'recovery'>): ExitCode {
  if (safetyCodes.has(code)) return exitCodes.refused;
  if (code === 'config_invalid') return exitCodes.usage;
  if (outOfReach.has(code)) return exitCodes.unreachable;
  return recovery === 'ask-user' ? exitCodes.personNeeded : exitCodes.failed;
}

/** @throws AuthError `config_invalid`: the command line cannot be obeyed as it stands. */
export function misused(message: string): never {
  return refuse('config_invalid', 'configuring', message);
}

/** Anything thrown, as data. Of foreign errors only a name is kept: their messages may hold secrets. */
export function failureOf(thrown: unknown): Failure {
  return toFailure(thrown, 'requesting');
}

/**
 * What the platform's own `fetch` throws when no answer came, or when it broke off, as a failure of ours.
 * Anything else comes back as it is.
 */
export function asUnreachable(thrown: unknown, url: string): unknown {
  if (!(thrown instanceof TypeError) || thrown.cause === undefined) return thrown;
  const code = systemCode(thrown.cause);
  return new AuthError(
    failure(
      'unreachable',
      'requesting',
      `${shown(new URL(url).host)} cannot be reached${code === undefined ? '' : ` (${code})`}; check the address and the network, and try again.`,
    ),
  );
}

/** `ECONNREFUSED` and its like: the one part of a foreign error that cannot quote what was sent. */
export function systemCode(thrown: unknown): string | undefined {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}

/**
 * The engine's sentence; where it speaks to the maker of a program ("call login()"), its second half is put in
 * terms of this command.
 * @param url what the command was run for, when it was run for one.
 */
export function sentenceOf(of: Failure, url?: string): string {
  const advice = adviceFor(of, url);
  const end = of.message.lastIndexOf('; ');
  const sentence =
    advice === undefined ? of.message : `${end < 0 ? of.message : of.message.slice(0, end)}; ${advice}.`;
  const said = of.said !== undefined && !sentence.includes(of.said) ? ` It said: "${shown(of.said)}".` : '';
  return sentence + said;
}

function adviceFor({ code, phase, issuer }: Failure, url: string | undefined): string | undefined {
  const at = issuer === undefined ? 'URL' : shellWord(shown(issuer));
  switch (code) {
    case 'interaction_required': {
      const command = `run authchart login ${url === undefined ? 'URL' : shellWord(url)}`;
      return phase === 'steppingUp' ? `${command} with a --scope for these` : command;
    }
    case 'credential_without_issuer':
      return `nothing was sent, add --issuer ${at} if that server really issued the client`;
    case 'registration_impossible':
    case 'registration_refused':
      return `register a client there by hand, and give it with --client-id ID --issuer ${at}`;
    case 'config_invalid':
      // Later than at the start this is always a secret that was not given again.
      return phase === 'configuring'
        ? undefined
        : `give the client again, with --client-id, --issuer ${at} and --client-secret-file`;
    default:
      return undefined;
  }
}
