// One record of each kind, with every member that its schema knows.

import { type RecordValues, schemas } from '../../stores/recordSchemas.ts';
import {
  type ClientRecord,
  type Key,
  keys,
  type PendingRecord,
  type RecordKind,
} from '../../stores/records.ts';

/** A record, and where it lives. */
export interface Sample<Of extends RecordKind> {
  readonly key: Key<Of>;
  readonly value: RecordValues[Of];
}

const session = { resource: 'https://mcp.example/', subject: 'ada', label: 'work' };
const issuer = 'https://as.example';
const client: ClientRecord = {
  kind: 'dynamic',
  clientId: 'client',
  clientSecret: 'secret of the client',
  secretExpiresAt: 2e12,
  authMethod: 'client_secret_basic',
  redirectUris: ['http://127.0.0.1/callback'],
};
const server: PendingRecord['server'] = {
  issuer,
  authorizationEndpoint: `${issuer}/authorize`,
  tokenEndpoint: `${issuer}/token`,
  registrationEndpoint: `${issuer}/register`,
  revocationEndpoint: `${issuer}/revoke`,
  deviceAuthorizationEndpoint: `${issuer}/device`,
  pushedAuthorizationRequestEndpoint: `${issuer}/par`,
  requiresPush: false,
  scopesSupported: ['read'],
  authMethods: ['none'],
  grantTypes: ['authorization_code'],
  dpopAlgorithms: ['ES256'],
  pkce: 'S256',
  sendsIssuer: true,
  acceptsMetadataDocuments: false,
};
const dpopKey = { kty: 'EC', d: 'secret of the key', ext: { of: ['a library'] } };
const grantKey = keys.grant(issuer, client.clientId, session);
const pendingKey = keys.pending('0123456789abcdef');

/** By kind; made anew at each call, so that nobody changes another's. */
export function samples(): { readonly [Of in RecordKind]: Sample<Of> } {
  return structuredClone({
    registration: {
      key: keys.registration(issuer, 'loopback'),
      value: { v: 1, issuer, client },
    },
    grant: {
      key: grantKey,
      value: {
        v: 1,
        session,
        issuer,
        client,
        resource: session.resource,
        accessToken: 'access',
        tokenType: 'DPoP',
        dpopKey,
        refreshToken: 'refresh',
        superseded: ['refresh before'],
        expiresAt: 2e12,
        refreshAt: 1.9e12,
        requested: ['read'],
        granted: ['read'],
      },
    },
    pending: {
      key: pendingKey,
      value: {
        v: 1,
        session,
        server,
        client,
        redirectUri: 'http://127.0.0.1/callback',
        resource: session.resource,
        state: 'state',
        verifier: 'verifier',
        dpopKey,
        url: `${issuer}/authorize?state=state`,
        requested: ['read'],
        expiresAt: 2e12,
        response: 'http://127.0.0.1/callback?state=state&code=code',
        spent: true,
      },
    },
    device: {
      key: keys.device('0123456789abcdef'),
      value: {
        v: 1,
        session,
        server,
        client,
        resource: session.resource,
        deviceCode: 'device',
        userCode: 'user',
        verificationUri: `${issuer}/activate`,
        verificationUriComplete: `${issuer}/activate?code=user`,
        interval: 5000,
        requested: ['read'],
        expiresAt: 2e12,
      },
    },
    binding: {
      key: keys.binding(session),
      value: {
        v: 1,
        session,
        current: issuer,
        servers: {
          [issuer]: {
            kind: 'dynamic',
            clientId: client.clientId,
            authMethod: 'client_secret_basic',
            grantKey,
            formerGrantKeys: [keys.grant(issuer, 'former client', session)],
            scopes: ['read'],
            boundAt: 1.8e12,
          },
        },
      },
    },
    login: { key: keys.login(session), value: { v: 1, pendingKey, holder: 'holder', asked: 'another' } },
    pin: { key: keys.pin(client.clientId), value: { v: 1, clientId: client.clientId, issuer } },
    spend: { key: keys.spend(grantKey, 'also'), value: { v: 1, holder: 'holder', version: '1' } },
  });
}

/** Every kind of record. */
export const allKinds = Object.keys(schemas) as readonly RecordKind[];
