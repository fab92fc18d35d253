// Which method a client that has a secret authenticates with, after a server has refused it with the usual one (TOK-11).
import type { ClientAuthMethod, ServerMetadata } from '../contract/facts.ts';
import { isOutage } from './outage.ts';

/** What of an answer to a client says whether the client was accepted. */
export interface ClientAnswer {
  /** HTTP status. */
  readonly status: number;
  /** The OAuth error code; undefined: there is none. */
  readonly error: string | undefined;
}

/** How a client authenticates at a server. */
export interface UsedAuthMethod {
  readonly method: ClientAuthMethod;
  readonly server: Pick<ServerMetadata, 'authMethods'>;
  /** The host has named the method. Then it is never changed. */
  readonly isGiven: boolean;
}

/**
 * The method to send the same request with once more: the secret in the body, where the server refused the client with
 * Basic and lists both. Many servers read only one of the two, or decode Basic otherwise than it is encoded.
 * @returns nothing where the answer stands.
 * @see RFC 6749 §2.3.1, §5.2
 */
export function nextAuthMethod(answer: ClientAnswer, used: UsedAuthMethod): 'client_secret_post' | undefined {
  return refusesClient(answer) ? alternativeTo(used) : undefined;
}

/**
 * The method to begin with.
 * @param usual as it was registered, or as it follows from what the server lists.
 * @param worked the method that the server accepted last; undefined: none is remembered.
 */
export function firstAuthMethod(usual: UsedAuthMethod, worked: string | undefined): ClientAuthMethod {
  const alternative = alternativeTo(usual);
  return alternative !== undefined && alternative === worked ? alternative : usual.method;
}

function alternativeTo({ method, server, isGiven }: UsedAuthMethod): 'client_secret_post' | undefined {
  const other = 'client_secret_post';
  return !isGiven && method === 'client_secret_basic' && server.authMethods.includes(other)
    ? other
    : undefined;
}

/**
 * The client itself was refused: nothing else of the request was looked at, and no code of it was spent.
 * @see RFC 6749 §5.2
 */
function refusesClient({ status, error }: ClientAnswer): boolean {
  return error === 'invalid_client' && !isOutage(status);
}
