// One request to a token endpoint: what is sent, what is told of the answer, and how often it is asked.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oauth from 'oauth4webapi';
import { describe, expect, it, vi } from 'vitest';
import type { DoorAnswer, DoorRequest } from '../../../actors/network/door.ts';
import { Dpop } from '../../../actors/network/dpop.ts';
import { makeKey } from '../../../actors/network/dpopKey.ts';
import { asServer, optionsFor, requestTokens } from '../../../actors/network/tokenEndpoint.ts';
import { serverFacts } from '../../../actors/records/facts.ts';
import { AuthError, failure } from '../../../contract/errors.ts';
import type { DpopMode } from '../../../protocol/dpopPolicy.ts';
import type { ClientRecord } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { toolsFor } from '../tools.ts';

const never = new AbortController().signal;
const { client, issuer } = samples().registration.value;
const { session } = samples().grant.value;
const server = serverFacts(samples().pending.value.server);

interface Said {
  readonly status?: number;
  readonly body: object;
  readonly headers?: Record<string, string>;
}

const tokens: Said = { body: { access_token: 'new', token_type: 'Bearer' } };
const bound: Said = { body: { access_token: 'new', token_type: 'DPoP' } };
const refused = (error: string, more: Partial<Said> = {}): Said => ({
  status: 400,
  ...more,
  body: { error },
});
const wantsNonce = (nonce: string): Said => refused('use_dpop_nonce', { headers: { 'dpop-nonce': nonce } });

/** A token endpoint that says this, the last again and again, and what was sent to it. */
function endpoint(said: readonly (Said | Error)[], mode: DpopMode = 'off') {
  const sent: DoorRequest[] = [];
  const left = [...said];
  const door = async (request: DoorRequest): Promise<DoorAnswer> => {
    sent.push(request);
    const next = left.length > 1 ? left.shift() : left[0];
    if (!next || next instanceof Error) throw next;
    const { status = 200, body, headers } = next;
    const text = JSON.stringify(body);
    return { status, headers: new Headers(headers), mediaType: 'application/json', text, url: '' };
  };
  const { tools, clock } = toolsFor();
  const { now } = clock;
  const made = { ...tools, dpop: new Dpop(mode, now), doorOf: () => door };
  const ask = (
    to: Partial<Parameters<typeof requestTokens>[1]> = {},
    as: ClientRecord = client,
    secrets: readonly (string | undefined)[] = [undefined, 'refresh token'],
  ) =>
    requestTokens(
      made,
      { session, server, phase: 'renewing', ...to },
      { issuer, client: as },
      secrets,
      never,
      (...request) =>
        oauth.refreshTokenGrantRequest(request[0], request[1], request[2], 'refresh token', request[3]),
    );
  const proofs = () => sent.map(({ headers }) => headers?.['dpop']);
  return { tools: made, sent, ask, proofs };
}

describe('a request for tokens', () => {
  it('goes to the endpoint as its client, and gives the tokens', async () => {
    const { ask, sent, proofs } = endpoint([tokens]);
    const got = await ask();
    expect(got).toMatchObject({ accessToken: 'new', client });
    expect(got).not.toHaveProperty('dpopKey');
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      purpose: 'token',
      method: 'POST',
      url: server.tokenEndpoint,
      resource: session.resource,
      headers: { authorization: `Basic ${btoa('client:secret+of+the+client')}` },
    });
    expect(Object.fromEntries(new URLSearchParams(sent[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh token',
    });
    expect(proofs()).toEqual([undefined]);
  });

  it('TOK-11: names a client without a secret by its id', async () => {
    const { ask, sent } = endpoint([tokens]);
    await ask({}, { ...client, authMethod: 'none' });
    expect(new URLSearchParams(sent[0]?.body).get('client_id')).toBe('client');
  });

  it.each([
    ['invalid_grant', 'grant_refused'],
    ['invalid_client', 'client_refused'],
    ['invalid_scope', 'token_refused'],
  ])('that is refused with %s is %s', async (error, code) => {
    const failed = await failureOf(endpoint([refused(error)]).ask());
    expect(failed.toFailure()).toMatchObject({ code, phase: 'renewing', issuer, status: 400 });
  });

  it('says when to come again, as the server has said', async () => {
    const busy = { status: 503, body: {}, headers: { 'retry-after': '7' } };
    expect((await failureOf(endpoint([busy]).ask())).toFailure()).toMatchObject({
      code: 'server_unavailable',
      retryAfter: 7_000,
    });
  });

  it('L01: repeats nothing of what was sent: not the token, not the secret, not the proof', async () => {
    for (const of of ['refresh token', 'secret of the client']) {
      const answer = { status: 400, body: { error: 'invalid_scope', error_description: `no ${of}` } };
      expect((await failureOf(endpoint([answer]).ask())).toFailure()).not.toHaveProperty('said');
    }
    const plain = { status: 400, body: { error: 'invalid_scope', error_description: 'no such scope' } };
    expect((await failureOf(endpoint([plain]).ask())).toFailure()).toMatchObject({ said: 'no such scope' });
  });

  it('is told in its own phase where nothing came', async () => {
    const thrown = new AuthError(failure('unreachable', 'authorizing', 'No network.'));
    expect((await failureOf(endpoint([thrown]).ask())).toFailure()).toMatchObject({
      code: 'unreachable',
      phase: 'renewing',
      message: 'No network.',
    });
  });

  it('TOK-11: tells the method that was answered to, also where the answer is no', async () => {
    const listed = { ...server, authMethods: ['client_secret_basic', 'client_secret_post'] };
    const answers = [refused('invalid_client', { status: 401 }), refused('invalid_grant')];
    const onAnswer = vi.fn();
    const { ask, sent } = endpoint(answers);
    expect((await failureOf(ask({ server: listed, onAnswer }))).code).toBe('grant_refused');
    expect(onAnswer.mock.calls).toEqual([[{ ...client, authMethod: 'client_secret_post' }]]);
    expect(sent).toHaveLength(2);
    const once = endpoint(answers);
    expect((await failureOf(once.ask({ server: listed, isOnce: true }))).code).toBe('client_refused');
    expect(once.sent).toHaveLength(1);
    const good = endpoint([refused('invalid_client', { status: 401 }), tokens]);
    expect((await good.ask({ server: listed })).client.authMethod).toBe('client_secret_post');
  });
});

describe('EXT-5: a proof', () => {
  it('is sent where the grant is bound to a key, which stays the same', async () => {
    const dpopKey = await makeKey();
    const { ask, proofs } = endpoint([bound], 'preferred');
    expect(await ask({ dpopKey })).toMatchObject({ accessToken: 'new', bound: true, dpopKey });
    const [proof = ''] = proofs();
    expect(decodeProtectedHeader(proof)).toMatchObject({ typ: 'dpop+jwt', jwk: { x: dpopKey['x'] } });
    expect(decodeJwt(proof)).toMatchObject({ htm: 'POST', htu: server.tokenEndpoint });
    expect(decodeJwt(proof)).not.toHaveProperty('nonce');
  });

  it.each([
    ['authorizing', 'required', true],
    ['authorizing', 'off', false],
    ['renewing', 'required', false],
  ] as const)('has a key of its own while %s, with DPoP %s: %s', async (phase, mode, isMade) => {
    const { ask, proofs } = endpoint([isMade ? bound : tokens], mode);
    const asked = ask({ phase });
    if (mode === 'off') expect(await asked).not.toHaveProperty('dpopKey');
    else if (isMade) expect(await asked).toMatchObject({ bound: true, dpopKey: { kty: 'EC' } });
    else expect(await failureOf(asked)).toMatchObject({ code: 'dpop_downgraded', phase });
    expect(proofs().map((one) => one !== undefined)).toEqual([isMade]);
  });

  it('T06: that is answered with a token of another kind is no success where DPoP is required', async () => {
    const failed = await failureOf(endpoint([tokens], 'required').ask({ dpopKey: await makeKey() }));
    expect(failed.toFailure()).toMatchObject({ code: 'dpop_downgraded', phase: 'renewing', issuer });
  });

  it('T23: has the nonce that was demanded, and the last one after that', async () => {
    const dpopKey = await makeKey();
    const { ask, proofs, tools } = endpoint([wantsNonce('one'), bound], 'preferred');
    await ask({ dpopKey });
    await ask({ dpopKey });
    expect(proofs().map((proof) => decodeJwt(proof ?? '')['nonce'])).toEqual([undefined, 'one', 'one']);
    expect(tools.dpop.nonceFor(server.tokenEndpoint)).toBe('one');
  });

  it.each([
    ['the nonce that was sent', 'known', ['known']],
    ['another each time', 'new', ['known', 'new']],
  ])('T22: is asked for once more at most, where the server demands %s', async (_what, nonce, sentNonces) => {
    const dpopKey = await makeKey();
    const { ask, proofs, tools } = endpoint([wantsNonce(nonce)], 'preferred');
    tools.dpop.hear(server.tokenEndpoint, 'known');
    expect(await failureOf(ask({ dpopKey }))).toMatchObject({
      code: 'token_refused',
      recovery: 'retry-later',
    });
    expect(proofs().map((proof) => decodeJwt(proof ?? '')['nonce'])).toEqual(sentNonces);
  });

  it.each([
    ['no nonce comes with the demand', [refused('use_dpop_nonce')], true],
    ['the refusal is another one', [refused('invalid_grant', { headers: { 'dpop-nonce': 'one' } })], true],
    ['there is no proof', [wantsNonce('one')], false],
  ])('T22: is not asked for once more where %s', async (_what, said, isKeyed) => {
    const { ask, sent, tools } = endpoint(said, 'preferred');
    tools.dpop.hear(server.tokenEndpoint, 'known');
    await failureOf(ask(isKeyed ? { dpopKey: await makeKey() } : {}));
    expect(sent).toHaveLength(1);
  });

  it('cannot be made with a key that is no key: another login is needed, and nothing is sent', async () => {
    const { ask, sent } = endpoint([bound], 'preferred');
    const failed = await failureOf(ask({ dpopKey: { kty: 'EC' } }));
    expect(failed.toFailure()).toMatchObject({ code: 'grant_refused', phase: 'renewing', issuer });
    expect(failed.message).toContain('log in again');
    expect(sent).toEqual([]);
  });
});

describe('what oauth4webapi is told', () => {
  it('of a server, is what its metadata say', () => {
    expect(asServer(server)).toEqual({
      issuer,
      token_endpoint: `${issuer}/token`,
      authorization_response_iss_parameter_supported: true,
      revocation_endpoint: `${issuer}/revoke`,
    });
    const { revocationEndpoint: _, ...silent } = server;
    expect(asServer(silent)).not.toHaveProperty('revocation_endpoint');
  });

  it.each([
    ['https://as.example/token', false],
    ['http://127.0.0.1:1/token', true],
    ['http://localhost/token', true],
  ])('of requests to %s: plain http is let through: %s', (url, isLet) => {
    const options = optionsFor(endpoint([]).tools, session, url, 'revocation', never);
    expect(options[oauth.allowInsecureRequests]).toBe(isLet);
  });

  it('is that every request goes through the door', async () => {
    const { tools, sent } = endpoint([tokens]);
    const options = optionsFor(tools, session, server.tokenEndpoint, 'revocation', never);
    await options[oauth.customFetch]('https://as.example/revoke', { method: 'POST', headers: {} });
    const { resource } = session;
    expect(sent).toMatchObject([{ purpose: 'revocation', resource, method: 'POST', signal: never }]);
  });
});
