// How a failure ends the command: its exit code, and the message that says what to do.
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
import { inFlags } from './flagNames.ts';
import type { StoreOptions } from './options.ts';
import { shellWord } from './words.ts';

/** The exit codes of the command. Scripts decide on them, so the help of the program documents them. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  personNeeded: 3,
  unreachable: 4,
  refused: 5,
} as const;

/** One of `exitCodes`. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What is refused for safety without being a decision of the chart, so that it may look again. */
const refusedCodes: ReadonlySet<FailureCode> = new Set<FailureCode>([
  ...safetyCodes,
  'certificate_untrusted',
  'certificate_invalid',
]);

const unreachableCodes: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'unreachable',
  'timed_out',
  'server_unavailable',
]);

/** The exit code of a failure. */
export function exitCodeOf({ code, recovery }: Pick<Failure, 'code' | 'recovery'>): ExitCode {
  if (refusedCodes.has(code)) return exitCodes.refused;
  if (code === 'config_invalid') return exitCodes.usage;
  if (unreachableCodes.has(code)) return exitCodes.unreachable;
  return recovery === 'ask-user' ? exitCodes.personNeeded : exitCodes.failed;
}

/**
 * Refuses a command line.
 * @throws AuthError `config_invalid`, always.
 */
export function misused(message: string): never {
  return refuse('config_invalid', 'configuring', message);
}

/** Makes a failure of anything thrown. Of an error that is not ours it keeps the name only: its message may hold secrets. */
export function failureOf(thrown: unknown): Failure {
  return toFailure(thrown, 'requesting');
}

/**
 * Turns what the platform's `fetch` throws when no whole answer came into an AuthError `unreachable`.
 * Returns anything else as it is.
 */
export function asUnreachable(thrown: unknown, url: string): unknown {
  if (!(thrown instanceof TypeError) || thrown.cause === undefined) return thrown;
  const code = systemCode(thrown.cause);
  return new AuthError(
    failure(
      'unreachable',
      'requesting',
      `${shown(new URL(url).host)} cannot be reached${code === undefined ? '' : ` (${code})`}. Check the address and the network, and try again.`,
    ),
  );
}

/** `ECONNREFUSED` and similar: the only part of an error of the platform that cannot quote what was sent. */
export function systemCode(thrown: unknown): string | undefined {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}

/**
 * The message of a failure. A message of the engine ends with advice to programmers ("call login()"). Here it is
 * replaced by advice to the person at the terminal.
 * @param url The URL that the command was run for, if there is one.
 * @param whose The login that it was run for: the command that is advised has the same flags.
 */
export function messageOf(of: Failure, url?: string, whose: StoreOptions = {}): string {
  const advice = adviceFor(of, url === undefined ? undefined : loginAt(url, whose));
  const message = advice === undefined ? inFlags(of) : `${factIn(of.message)}. ${advice}`;
  const said = of.said !== undefined && !message.includes(of.said) ? ` It said: "${shown(of.said)}".` : '';
  return message + said;
}

/** What happened, without what to do about it. */
export const factOf = (of: Failure): string => factIn(inFlags(of));

/** What to do about a failure. Empty where its message says nothing of that. */
export function adviceOf(of: Failure, url: string, whose: StoreOptions = {}): string {
  const advice = adviceFor(of, loginAt(url, whose));
  if (advice !== undefined) return advice;
  const message = inFlags(of);
  const rest = message.slice(factIn(message).length).replace(/^[;.] ?/, '');
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** A message without the advice at its end: "Nobody is logged in; call login() first." */
function factIn(message: string): string {
  const end = Math.max(message.lastIndexOf('; '), message.lastIndexOf('. '));
  return end < 0 ? message.replace(/\.$/, '') : message.slice(0, end);
}

/** The URL and the flags of one login, as words for a shell. */
export function loginAt(url: string, { label, subject, store }: StoreOptions): string {
  const flags = [
    ...(label === undefined ? [] : ['--label', label]),
    ...(subject === undefined ? [] : ['--subject', subject]),
    ...(store === undefined ? [] : ['--store', store]),
  ];
  return [url, ...flags].map((word) => shellWord(shown(word, 2048))).join(' ');
}

function adviceFor({ code, phase, issuer, message }: Failure, login: string | undefined): string | undefined {
  const at = issuer === undefined ? 'URL' : shellWord(shown(issuer));
  switch (code) {
    case 'interaction_required': {
      // The command line itself says so, and what to do.
      if (phase === 'configuring') return undefined;
      const command = `Run authchart login ${login ?? 'URL'}`;
      return phase === 'steppingUp' ? `${command} with a --scope for these.` : `${command}.`;
    }
    case 'credential_without_issuer':
      return `Nothing was sent. Add --issuer ${at} if that server really issued the client.`;
    case 'registration_impossible':
    case 'registration_refused':
      return `Register a client there by hand, and give it with --client-id ID --issuer ${at}${besides(message, at)}.`;
    case 'grant_not_accepted':
      // Others say themselves what helps.
      return message.includes('login({ again: true })')
        ? `Run authchart login ${login ?? 'URL'} --again, or tell its operator.`
        : undefined;
    case 'certificate_untrusted':
      return 'If you trust that authority, give its certificate with --ca FILE, or in NODE_EXTRA_CA_CERTS.';
    case 'config_invalid':
      // After the start, where nothing else is said, this is a secret that was not given again.
      return phase === 'configuring' || phase === 'discovering' || phase === 'requesting'
        ? undefined
        : `Give the client again, with --client-id, --issuer ${at} and --client-secret-file.`;
    default:
      return undefined;
  }
}

/** What else helps against a refusal to register, where the engine says so. */
function besides(message: string, at: string): string {
  if (message.includes('client.initialAccessTokens'))
    return `, or give the token that it wants with --initial-access-token ${at}=FILE`;
  if (message.includes('pasteUserAgent.redirectUri'))
    return ', or give a redirect URI that it takes with --redirect-uri';
  return '';
}
