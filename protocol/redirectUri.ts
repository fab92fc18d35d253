// Judging a redirect URI before it is registered or sent.
import { type Failure, failure } from '../contract/errors.ts';
import { isLoopback } from './address.ts';
import { urlOf } from './url.ts';

/** What tells a private-use scheme from others: it is a name in reverse domain order. @see RFC 8252 §7.1 */
const privateUse = /\.[^:]/;

/**
 * The schemes at which VS Code, and editors made from it, hand an answer to the extension that the address names. They are no
 * domain names, so each is listed; an extension gets its own from `vscode.env.uriScheme`.
 * @see https://code.visualstudio.com/api/references/vscode-api#UriHandler
 */
const editorSchemes: ReadonlySet<string> = new Set([
  'vscode:',
  'vscode-insiders:',
  'code-oss:',
  'vscodium:',
  'cursor:',
  'windsurf:',
]);

/**
 * Whether an answer may be received at a redirect URI: https, or http to loopback, or an app's own scheme; without a
 * fragment (AUTHZ-8).
 * @returns the failure that another one is, `config_invalid`; nothing for a good one.
 * @see OAuth 2.1 draft 13 §2.3.1, RFC 8252 §7
 */
export function redirectUriFailure(redirectUri: string): Failure | undefined {
  const url = urlOf(redirectUri);
  if (url && !redirectUri.includes('#') && isReachable(url)) return undefined;
  const message = 'The redirect URI is neither https nor on loopback; give the user agent another one.';
  return failure('config_invalid', 'authorizing', message);
}

function isReachable(url: URL): boolean {
  const { protocol } = url;
  if (protocol === 'http:') return isLoopback(url);
  return protocol === 'https:' || privateUse.test(protocol) || editorSchemes.has(protocol);
}
