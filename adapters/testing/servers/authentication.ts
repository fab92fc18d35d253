// Which client has sent a request: it is found by its id, and proves who it is.
import { urlOf } from '../../../protocol/url.ts';
import { expected, type Incoming, mistake, type Refusal, refuse, single } from '../answers.ts';
import type { KnownClient, ServerState, WorldState } from '../ledger.ts';
import { basicOf } from './basic.ts';
import { registrationOf } from './registration.ts';

/** Whether a client may be answered there: it was registered, or is another port of a loopback address. @see RFC 8252 §7.3 */
export function isRegistered(client: KnownClient, redirectUri: string): boolean {
  if (client.redirectUris.includes(redirectUri)) return true;
  const asked = urlOf(redirectUri);
  if (asked?.protocol !== 'http:' || !/^(?:127\.0\.0\.1|\[::1\])$/.test(asked.hostname)) return false;
  return client.redirectUris.some((one) => {
    const url = urlOf(one);
    if (!url) return false;
    url.port = asked.port;
    return url.href === asked.href;
  });
}

/** A client by its id, or by the document that the id is the URL of. */
export function findClient(
  state: WorldState,
  server: ServerState,
  clientId: string,
): KnownClient | undefined {
  const known = server.clients.get(clientId);
  if (known || server.options.metadataDocuments === false) return known;
  const document = state.published.get(clientId);
  if (!document || document['client_id'] !== clientId) return undefined;
  const asked = registrationOf(JSON.stringify({ token_endpoint_auth_method: 'none', ...document }));
  return { ...asked, clientId, clientSecret: undefined };
}

/** Why a client is not known. */
export function unknownClient(state: WorldState, server: ServerState, clientId: string): Refusal {
  if (server.forgotten.has(clientId)) return expected(`${server.name} has forgotten this client.`);
  if (/^https:/.test(clientId) && !state.published.has(clientId))
    return mistake('The client id is a URL, and nothing was published there: see world.publish().');
  const other = [...state.servers.values()].find(({ clients }) => clients.has(clientId));
  return mistake(
    other
      ? `The client id was issued by ${other.name}, and not by ${server.name}.`
      : 'The client id is not known.',
  );
}

interface Credentials {
  readonly method: string;
  readonly id: string | undefined;
  readonly secret: string | undefined;
}

/** @returns the client that has sent a request, by the method that it was registered with. @see RFC 6749 §2.3 */
export function authenticate(state: WorldState, server: ServerState, request: Incoming): KnownClient {
  const { method, id, secret } = credentialsOf(request);
  const no = (refusal: Refusal): never =>
    refuse('invalid_client', refusal, {
      status: 401,
      headers: method === 'client_secret_basic' ? { 'www-authenticate': 'Basic realm="token"' } : {},
    });
  if (id === undefined) return no(mistake('No client_id was sent.'));
  const client = findClient(state, server, id) ?? no(unknownClient(state, server, id));
  if (method !== client.authMethod)
    no(mistake(`The client is registered with ${client.authMethod}, and came with ${method}.`));
  if (secret !== client.clientSecret) no(mistake('The client secret is wrong.'));
  return client;
}

function credentialsOf({ headers, form }: Incoming): Credentials {
  const header = headers['authorization'];
  const id = single(form, 'client_id');
  const secret = single(form, 'client_secret');
  if (header === undefined)
    return { method: secret === undefined ? 'none' : 'client_secret_post', id, secret };
  if (secret !== undefined)
    refuse('invalid_request', mistake('The client authenticated itself in two ways.'));
  const basic = basicOf(header);
  if (id !== undefined && basic && id !== basic.id)
    refuse('invalid_request', mistake('client_id is not the one of the Authorization header.'));
  return { method: 'client_secret_basic', id: basic?.id, secret: basic?.secret };
}
