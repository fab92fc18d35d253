// The user agent without a listener: the person opens the URL in any browser, and pastes the address that it ends at.

import { AuthError, failure, refuse } from '../../contract/errors.ts';
import { sameText, stateOf } from '../../protocol/authorizationResponse.ts';
import { object, optional, type Shape } from '../../protocol/options.ts';
import { callback, redirectUri } from '../../protocol/optionValues.ts';
import { orCancelled, throwIfCancelled, untilEither } from '../tools/waiting.ts';
import {
  localhostWithoutListener,
  longestUrl,
  pageAddress,
  redirectUriWithoutListener,
  responseAt,
} from './addresses.ts';
import { causedBy } from './hostFault.ts';
import type { UserAgent } from './userAgent.ts';

/** How `pasteUserAgent` talks to the person. */
export interface PasteOptions {
  /** Shows the URL to the person. The issuer names the authorization server that it belongs to. */
  readonly show: (url: string, issuer: string) => void;
  /** Asks the person one question. Resolves to what they typed. */
  readonly ask: (question: string, signal: AbortSignal) => Promise<string>;
  /** Where the browser ends: a page that cannot be loaded. Default `http://127.0.0.1/callback`. */
  readonly redirectUri?: string;
}

/** After so many wrong answers there is no person: an input that has ended answers at once, again and again. */
const mostQuestions = 20;

type Paste = { readonly url: string } | { readonly trouble: string };

/** Judges for the options of `pasteUserAgent`. */
export const pasteShape: Shape<PasteOptions> = {
  show: callback,
  ask: callback,
  redirectUri: optional(redirectUri),
};

/**
 * For a terminal without a browser: the person opens the URL in a browser on any machine, and copies the address
 * that the browser ends at.
 * Its methods throw AuthError `address_refused`, `user_agent_failed` (`ask` failed, or 20 wrong answers), `cancelled`.
 * @example
 * import { createInterface } from 'node:readline/promises';
 * import { pasteUserAgent } from 'authchart/node';
 * const terminal = createInterface({ input: process.stdin, output: process.stderr });
 * const userAgent = pasteUserAgent({
 *   show: (url, issuer) => console.error(`Open this page of ${issuer} in a browser:\n${url}`),
 *   ask: (question, signal) => terminal.question(question, { signal }),
 * });
 * @see RFC 8252 §7.3
 */
export function pasteUserAgent(options: PasteOptions): UserAgent {
  object(pasteShape)(options, '');
  const { show, ask, redirectUri: at = redirectUriWithoutListener } = options;
  const closing = new AbortController();
  return {
    name: 'paste',

    async reserve(_wanted, signal) {
      throwIfCancelled(signal, closing.signal);
      return at;
    },

    ...(options.redirectUri === undefined && { atLocalhost: localhostWithoutListener }),

    async present(request) {
      throwIfCancelled(request.signal, closing.signal);
      await show(pageAddress(request.url), request.issuer);
    },

    receive: (request) =>
      untilEither(request.signal, closing.signal, (signal) => askForPaste({ ...request, signal }, ask)),

    async release() {},

    async dispose() {
      closing.abort();
    },
  };
}

async function askForPaste(
  { redirectUri, state, signal }: Parameters<UserAgent['receive']>[0],
  ask: PasteOptions['ask'],
): Promise<string> {
  let trouble = '';
  for (let asked = 0; asked < mostQuestions; asked += 1) {
    throwIfCancelled(signal);
    const question = `${trouble}Paste the address that your browser ended at (${redirectUri}?…): `;
    const text = await orCancelled(ask(question, signal), signal).catch(askingFailed);
    const paste = readPaste(text, redirectUri, state);
    if ('url' in paste) return paste.url;
    trouble = `${paste.trouble} `;
  }
  refuse('user_agent_failed', 'authorizing', `No answer in ${mostQuestions} pastes: log in again.`);
}

function readPaste(text: string, redirectUri: string, state: string): Paste {
  if (text.length > longestUrl) return { trouble: 'That is too long.' };
  const url = responseAt(redirectUri, text.replace(/^[\s"'`<]+|[\s"'`>]+$/g, ''));
  if (url === undefined) return { trouble: 'That is not the address.' };
  const given = stateOf(url);
  if (given === undefined) return { trouble: 'That address is not complete.' };
  return sameText(given, state) ? { url } : { trouble: 'That address belongs to another login.' };
}

function askingFailed(thrown: unknown): never {
  if (thrown instanceof AuthError) throw thrown;
  const message = 'The pasted address could not be asked for: use another user agent here.';
  throw causedBy(thrown, new AuthError(failure('user_agent_failed', 'authorizing', message)));
}
