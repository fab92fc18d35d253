// The clients that an administrator has registered at a server by hand, with their secrets and keys.
import { createPublicKey, randomBytes } from 'node:crypto';
import { exportPKCS8, generateKeyPair } from 'jose';
import { DEVICE_GRANT } from './clientMetadata.ts';

/** A confidential client with a secret: `client_secret_basic`. */
interface PreRegistered {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A client that signs an assertion, and sends no secret: `private_key_jwt`. @see RFC 7523 §2.2 */
interface SignedAccount<Alg extends 'ES256' | 'RS256'> {
  readonly clientId: string;
  /** The private key as PEM text (PKCS #8). */
  readonly privateKeyPem: string;
  readonly alg: Alg;
}

/** The clients that only one server knows. */
export interface ServerClients {
  /** Acts for a person, at any port of `http://127.0.0.1/callback` or with a device code. */
  readonly preRegistered: PreRegistered;
  /** Acts for itself, with client credentials. @see RFC 6749 §4.4 */
  readonly serviceAccount: PreRegistered;
  /** Acts for itself. The audience of its assertion is the issuer or the token endpoint. */
  readonly signedServiceAccount: SignedAccount<'ES256'>;
  /** The same with an RSA key. The process makes only one, since that takes long. */
  readonly signedServiceAccountRsa: SignedAccount<'RS256'>;
}

/** A secret with characters that a client must encode for a Basic header (RFC 6749 §2.3.1). */
const AWKWARD_SECRET = 'a+b/c:d%25e f';

/** Makes the clients of one server. @param key A part of their ids, which is different for each server. */
export async function createClients(key: string): Promise<ServerClients> {
  rsaKey ??= privateKey('RS256');
  return {
    preRegistered: { clientId: `pre-registered-${key}`, clientSecret: AWKWARD_SECRET },
    serviceAccount: { clientId: `service-${key}`, clientSecret: randomBytes(24).toString('base64url') },
    signedServiceAccount: {
      clientId: `signed-service-${key}`,
      privateKeyPem: await privateKey('ES256'),
      alg: 'ES256',
    },
    signedServiceAccountRsa: {
      clientId: `signed-service-rsa-${key}`,
      privateKeyPem: await rsaKey,
      alg: 'RS256',
    },
  };
}

/** The client metadata of these clients, as the server registers them. @see RFC 7591 §2 */
export function registrationsOf(clients: ServerClients): readonly object[] {
  return [
    {
      client_id: clients.preRegistered.clientId,
      client_secret: clients.preRegistered.clientSecret,
      client_name: 'Field Notebook',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token', DEVICE_GRANT],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
    {
      ...FOR_ITSELF,
      client_id: clients.serviceAccount.clientId,
      client_secret: clients.serviceAccount.clientSecret,
      token_endpoint_auth_method: 'client_secret_basic',
    },
    signedRegistration(clients.signedServiceAccount),
    signedRegistration(clients.signedServiceAccountRsa),
  ];
}

const FOR_ITSELF = {
  client_name: 'Night Indexer',
  redirect_uris: [],
  response_types: [],
  grant_types: ['client_credentials'],
};

function signedRegistration({ clientId, privateKeyPem, alg }: SignedAccount<'ES256' | 'RS256'>): object {
  const key = createPublicKey(privateKeyPem).export({ format: 'jwk' });
  return {
    ...FOR_ITSELF,
    client_id: clientId,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: alg,
    jwks: { keys: [{ ...key, use: 'sig', alg }] },
  };
}

let rsaKey: Promise<string> | undefined;

async function privateKey(alg: 'ES256' | 'RS256'): Promise<string> {
  const pair = await generateKeyPair(alg, { extractable: true });
  return exportPKCS8(pair.privateKey);
}
