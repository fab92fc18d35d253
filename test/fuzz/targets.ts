// What is fuzzed: every reader of what a stranger wrote, with good inputs to start from, and what must hold of each answer.
import * as z from 'zod/mini';
import { judgeExchangeAnswer } from '../../protocol/assertionExchange.ts';
import { judgeAuthorizationResponse } from '../../protocol/authorizationResponse.ts';
import { readChallenge } from '../../protocol/challenge.ts';
import { judgeDeviceAnswer } from '../../protocol/deviceCode.ts';
import { readNonce } from '../../protocol/dpopNonce.ts';
import { readObject } from '../../protocol/json.ts';
import { judgePushAnswer } from '../../protocol/pushedRequest.ts';
import { judgeNamedAddress } from '../../protocol/reach.ts';
import { judgeRegistration, refusalText, registrationRequest } from '../../protocol/registration.ts';
import { judgeResourceMetadata } from '../../protocol/resourceMetadata.ts';
import { judgeRedirect } from '../../protocol/resourceRedirect.ts';
import { retryAfterMs } from '../../protocol/retryAfter.ts';
import { judgeServerMetadata } from '../../protocol/serverMetadata.ts';
import { shown } from '../../protocol/text.ts';
import { tokenRefusal } from '../../protocol/tokenRefusal.ts';
import { judgeTokenResponse } from '../../protocol/tokenResponse.ts';
import { readFact } from '../../protocol/trace.ts';
import { urlOf } from '../../protocol/url.ts';
import {
  identifies,
  judgeIssuer,
  resourceMetadataUrls,
  serverMetadataUrls,
} from '../../protocol/wellKnown.ts';
import { schemas } from '../../stores/recordSchemas.ts';
import { CANARY, corpora } from './corpora.ts';

const RESOURCE = 'https://api.example.com/mcp';
const ISSUER = 'https://auth.example.com';

export interface Target {
  readonly name: string;
  readonly corpus: readonly string[];
  /**
   * Reads one input, and says in a few words what came of it: an input that brings a new word is worth keeping.
   * @throws AuthError for what is refused; Error that names a promise that was broken.
   */
  readonly read: (input: string) => string;
}

function hold(isKept: boolean, promise: string): void {
  if (!isKept) throw new Error(promise);
}

/** Scopes travel in one value of a URL: none of them may end it. */
const areScopes = (scopes: readonly string[] | undefined): boolean =>
  (scopes ?? []).every((one) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(one)) && (scopes?.length ?? 0) <= 1_000;

const server = {
  issuer: ISSUER,
  authMethods: ['none', 'client_secret_basic'],
  registrationEndpoint: `${ISSUER}/register`,
};
const registration = registrationRequest({
  name: 'fuzz',
  redirectUri: 'http://127.0.0.1:7777/callback',
  scopes: [],
  server,
});

export const targets: readonly Target[] = [
  {
    name: 'challenge',
    corpus: corpora.challenges,
    read(input) {
      const { scheme = 'none', error = '', scopes, resourceMetadata } = readChallenge(401, input);
      hold(areScopes(scopes), 'the scopes of a challenge are legal ones');
      hold(error.length <= 64, 'an error code is short');
      hold(resourceMetadata === undefined || urlOf(resourceMetadata) !== undefined, 'a pointer is a URL');
      return `${scheme} ${error.slice(0, 12)} ${scopes?.length ?? '-'} ${resourceMetadata !== undefined}`;
    },
  },
  {
    name: 'address',
    corpus: corpora.addresses,
    read(input) {
      const verdict = judgeNamedAddress(input, RESOURCE);
      const issuer = judgeIssuer(input);
      if (verdict.ok) {
        const { protocol, username, password, hash, hostname } = verdict.url;
        hold(protocol === 'https:', 'only https is good for a resource that is public');
        hold(username + password + hash === '', 'no user and no fragment is in a good address');
        hold(!isPrivate(hostname), 'no good address is a private one');
      }
      for (const url of issuer.ok ? serverMetadataUrls(input) : [])
        hold(new URL(url).origin === new URL(input).origin, 'an issuer is asked at its own origin');
      for (const url of resourceMetadataUrls(input))
        hold(new URL(url).origin === new URL(input).origin, 'a resource is asked at its own origin');
      return `${verdict.ok ? 'good' : verdict.reason} | ${issuer.ok ? 'good' : issuer.reason} | ${identifies(input, RESOURCE)}`;
    },
  },
  {
    name: 'resource metadata',
    corpus: corpora.resourceMetadata,
    read(input) {
      const { authorizationServers, scopesSupported } = judgeResourceMetadata(
        input,
        'https://api.example.com/.well-known/oauth-protected-resource/mcp',
        RESOURCE,
      );
      hold(
        authorizationServers.length > 0 && authorizationServers.length <= 20,
        'a list of servers is bounded',
      );
      hold(
        authorizationServers.every((one) => judgeIssuer(one).ok),
        'each server is a legal issuer',
      );
      hold(areScopes(scopesSupported), 'scopes are legal ones');
      return `${authorizationServers.length} ${scopesSupported?.length ?? '-'}`;
    },
  },
  {
    name: 'server metadata',
    corpus: corpora.serverMetadata,
    read(input) {
      const { issuer, tokenEndpoint, authMethods, pkce } = judgeServerMetadata(input, ISSUER, RESOURCE);
      hold(issuer === ISSUER, 'a document speaks for its own issuer only');
      hold(judgeNamedAddress(tokenEndpoint, RESOURCE).ok, 'an endpoint is at a good address');
      hold(authMethods.length <= 50, 'lists are bounded');
      return `${pkce} ${authMethods.length}`;
    },
  },
  {
    name: 'registration',
    corpus: corpora.registrations,
    read(input) {
      const { authMethod, redirectUris, secretExpiresAt, management } = judgeRegistration(
        { status: 201, text: input },
        registration,
        server,
      );
      hold(
        redirectUris.includes('http://127.0.0.1:7777/callback'),
        'the redirect URI is the one that was asked for',
      );
      hold(secretExpiresAt === undefined || Number.isFinite(secretExpiresAt), 'an expiry is a number');
      hold(!management || new URL(management.uri).origin === ISSUER, 'a client is managed at its own server');
      return `${authMethod} ${redirectUris.length} ${management !== undefined}`;
    },
  },
  {
    name: 'token response',
    corpus: corpora.tokens,
    read(input) {
      for (const status of [200, 400]) {
        const verdict = judgeTokenResponse(status, input);
        if (verdict.kind === 'tokens') {
          hold(/^[\x21-\x7e]+$/.test(verdict.tokens.accessToken), 'a token fits into a header');
          hold(status === 200, 'tokens come with 200 only');
          continue;
        }
        const of = { issuer: ISSUER, phase: 'authorizing', status, retryAfter: undefined } as const;
        const failure = tokenRefusal(verdict, { ...of, secrets: [CANARY] });
        hold(!JSON.stringify(failure).includes(CANARY), 'no secret is in a failure');
        if (status === 400) return `${verdict.kind} ${failure.code}`;
      }
      return 'tokens';
    },
  },
  {
    name: 'device code',
    corpus: corpora.deviceCodes,
    read(input) {
      const verdict = judgeDeviceAnswer(200, input, { resource: RESOURCE, now: 0, loginTimeout: 600_000 });
      if (verdict.kind !== 'code') return `refused ${verdict.error?.slice(0, 12)}`;
      const { verificationUri, interval, expiresAt } = verdict.code;
      hold(judgeNamedAddress(verificationUri, RESOURCE).ok, 'a person is led to a good address');
      hold(interval > 0 && interval <= 60_000 && expiresAt <= 600_000, 'waits are bounded');
      return 'code';
    },
  },
  {
    name: 'authorization response',
    corpus: corpora.callbacks,
    read(input) {
      const verdict = judgeAuthorizationResponse(input, { state: 'xyz', issuer: ISSUER, sendsIssuer: true });
      if (verdict.kind !== 'code') return verdict.kind === 'malformed' ? verdict.why : verdict.kind;
      hold(/^[\x20-\x7e]{1,4096}$/.test(verdict.code), 'a code is a usable text');
      hold(verdict.params.get('state') === 'xyz', 'a code comes with the state of its login');
      hold(verdict.params.get('iss') === ISSUER, 'a code comes from the issuer of its login');
      return 'code';
    },
  },
  {
    name: 'pushed request and assertion',
    corpus: corpora.pushes,
    read: (input) =>
      `${judgePushAnswer(201, input).kind} ${judgeExchangeAnswer(200, input).kind} ${refusalText(input)?.slice(0, 12)}`,
  },
  {
    name: 'headers',
    corpus: corpora.headers,
    read(input) {
      const wait = retryAfterMs({ get: () => input }, 1_800_000_000_000);
      hold(wait === undefined || (wait >= 0 && wait <= 3_600_000), 'a wait is bounded');
      const at = { url: new URL(RESOURCE), method: 'POST', canRepeat: true, followed: 0 };
      const redirect = judgeRedirect(307, input, at);
      if (redirect.kind === 'follow')
        hold(
          redirect.leavesOrigin === (redirect.to.origin !== at.url.origin),
          'a move to another origin is seen',
        );
      const text = shown(input);
      hold(
        text.length <= 250 && !/[\p{Cc}\p{Cf}]/u.test(text),
        'what is shown is short, and has no controls',
      );
      return `${wait} ${readNonce(input) !== undefined} ${redirect.kind}`.slice(0, 24);
    },
  },
  {
    name: 'records and traces',
    corpus: corpora.records,
    read(input) {
      const record = readObject(input) ?? {};
      const good = Object.entries(schemas).filter(([, schema]) => z.safeParse(schema, record).success);
      return `${good.map(([kind]) => kind)} ${readFact(input)?.kind ?? '-'}`;
    },
  },
];

/** As the URL parser writes them: IPv4 as four decimals, also at the end of IPv6, and there only in forms of 2000::/3. */
const isPrivate = (hostname: string): boolean =>
  /^(?:127|10|192\.168|169\.254)(?:\.\d+)+$/.test(hostname) ||
  /^\[(?![23][0-9a-f]{3}:|::ffff:|64:ff9b::)/.test(hostname) ||
  /^\[(?:::ffff:|64:ff9b::)(?:7f..|a..|c0a8|a9fe):/.test(hostname);
