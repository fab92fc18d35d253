// How a client proves who it is: nothing, a secret, or a signed assertion, as agreed with its own issuer (TOK-11).
import * as oauth from 'oauth4webapi';
import { AuthError, type Phase, refuse } from '../../contract/errors.ts';
import type { ServerMetadata } from '../../contract/facts.ts';
import { type ClientAnswer, nextAuthMethod } from '../../protocol/clientAuthMethod.ts';
import { areCredentialsOf, foreignCredentialsFailure } from '../../protocol/ownership.ts';
import type { ClientRecord } from '../../stores/records.ts';
import type { PreRegisteredClient } from '../tools/hostOptions.ts';
import type { Tools } from '../tools/tools.ts';
import { fromHost, secretFromHost } from './fromHost.ts';

/** What a request authenticates with: a client, and the issuer that it belongs to. */
export interface Credentials {
  readonly issuer: string;
  readonly client: ClientRecord;
}

/** Whom a client authenticates to, and in which phase. */
interface Place {
  readonly server: ServerMetadata;
  readonly phase: Phase;
  /** The request is never sent again by another method (EXT-4). */
  readonly isOnce?: boolean;
}

/** What came of a request that a client has sent. */
interface Heard<Answer> {
  readonly answer: Answer;
  /** With the method that this is the answer to. */
  readonly client: ClientRecord;
  /** What was sent and nobody may echo. */
  readonly secret: string | undefined;
}

/**
 * Sends a request as a client. Where the server refuses the client with Basic, and lists `client_secret_post` too, the same
 * request is sent once more by that method: nothing of it was spent.
 * @param send sends the request to one endpoint, and reads the answer. What it throws goes on.
 * @throws AuthError what `authenticationOf` throws, before anything is sent.
 * @see RFC 6749 §2.3.1, §5.2
 */
export async function sendAsClient<Answer extends ClientAnswer>(
  tools: Tools,
  to: Place,
  credentials: Credentials,
  send: (authentication: oauth.ClientAuth) => Promise<Answer>,
): Promise<Heard<Answer>> {
  const { issuer, client } = credentials;
  const { authentication, value: secret } = await authenticationOf(tools, to, credentials);
  const answer = await send(authentication);
  const used = {
    method: client.authMethod,
    server: to.server,
    isGiven: isMethodGiven(tools, issuer, client),
  };
  const method = to.isOnce ? undefined : nextAuthMethod(answer, used);
  if (method === undefined || secret === undefined) return { answer, client, secret };
  const second = await send(oauth.ClientSecretPost(secret));
  return { answer: second, client: { ...client, authMethod: method }, secret };
}

/** Whether the host has named the method of this client. */
export function isMethodGiven(tools: Tools, issuer: string, client: Pick<ClientRecord, 'clientId'>): boolean {
  return ownEntry(tools, issuer, client)?.authMethod !== undefined;
}

/**
 * How a client authenticates at an issuer, as it was agreed at registration.
 * @throws AuthError `token_of_other_issuer` before anything is sent; `config_invalid` when the host gives no secret or key.
 * @see RFC 6749 §2.3, RFC 7523 §2.2
 */
export async function authenticationOf(
  tools: Tools,
  { server, phase }: Place,
  { issuer, client }: Credentials,
): Promise<{ readonly authentication: oauth.ClientAuth; readonly value: string | undefined }> {
  const foreign = foreignCredentialsFailure(issuer, server.issuer, phase);
  if (foreign) throw new AuthError(foreign);
  if (client.authMethod === 'none') return { authentication: oauth.None(), value: undefined };
  if (client.authMethod === 'private_key_jwt') {
    return { authentication: await signed(tools, issuer, client, phase), value: undefined };
  }
  const value =
    client.kind === 'pre-registered' ? await hostSecret(tools, issuer, client, phase) : client.clientSecret;
  if (value === undefined) {
    refuse(
      'config_invalid',
      phase,
      `The client ${client.clientId} of ${issuer} has no secret; give its secret as client.preRegistered[].clientSecret, or register it without one.`,
      {
        issuer,
      },
    );
  }
  const make = client.authMethod === 'client_secret_basic' ? basic : oauth.ClientSecretPost;
  return { authentication: make(value), value };
}

/**
 * Basic, with both parts form-encoded first, and nothing encoded that need not be: many servers compare a plain
 * id such as `my-client` with what came, without decoding it (the conformance suite does), so `my%2Dclient` fails.
 * @see RFC 6749 §2.3.1, Appendix B
 */
function basic(secret: string): oauth.ClientAuth {
  return (_server, { client_id: clientId }, _body, headers) => {
    headers.set('authorization', `Basic ${btoa(`${formEncoded(clientId)}:${formEncoded(secret)}`)}`);
  };
}

function formEncoded(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

/** The host's own entry for this client at this issuer. */
function ownEntry(
  tools: Tools,
  issuer: string,
  { clientId }: Pick<ClientRecord, 'clientId'>,
): PreRegisteredClient | undefined {
  return (tools.client.preRegistered ?? []).find((one) => {
    const trustsFirstIssuer = one.dangerouslyTrustFirstIssuer === true;
    const credentials = { clientId: one.clientId, issuer: one.issuer, trustsFirstIssuer };
    return areCredentialsOf(credentials, { clientId, issuer });
  });
}

async function hostSecret(
  tools: Tools,
  issuer: string,
  client: ClientRecord,
  phase: Phase,
): Promise<string | undefined> {
  const what = `the secret of the client ${client.clientId}`;
  const given = ownEntry(tools, issuer, client)?.clientSecret;
  return given === undefined ? undefined : secretFromHost(tools, given, what, { issuer, phase });
}

/**
 * An assertion signed with the client's own key, for the issuer as its audience.
 * @see RFC 7523 §2.2, §3
 */
async function signed(
  tools: Tools,
  issuer: string,
  client: ClientRecord,
  phase: Phase,
): Promise<oauth.ClientAuth> {
  const what = `the private key of the client ${client.clientId}`;
  const own = await fromHost(tools, ownEntry(tools, issuer, client)?.privateKey, what, { issuer, phase });
  if (!own)
    return refuse(
      'config_invalid',
      phase,
      `The client ${client.clientId} of ${issuer} has no private key; give its key as client.preRegistered[].privateKey.`,
      { issuer },
    );
  const key =
    typeof own.key === 'string' ? await fromPem(own.key, own.algorithm ?? 'ES256', what, phase) : own.key;
  const privateKey = own.keyId === undefined ? key : { key, kid: own.keyId };
  return async (...request) => {
    try {
      await oauth.PrivateKeyJwt(privateKey)(...request);
    } catch {
      refuse(
        'config_invalid',
        phase,
        `The private key of the client ${client.clientId} cannot sign; give a private key that may.`,
        { issuer },
      );
    }
  };
}

/** jose reads PEM, which WebCrypto cannot; it is loaded only here. */
async function fromPem(pem: string, algorithm: string, what: string, phase: Phase): Promise<CryptoKey> {
  try {
    const { importPKCS8 } = await import('jose');
    return await importPKCS8(pem, algorithm);
  } catch {
    return refuse(
      'config_invalid',
      phase,
      `The PEM text of ${what} is not a PKCS #8 key for ${algorithm}; check the key.`,
    );
  }
}
