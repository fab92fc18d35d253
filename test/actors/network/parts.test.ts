// What is said to servers, part by part: who the client is, what the host gives, which answers are used again.
import { createVerify } from 'node:crypto';
import type * as oauth from 'oauth4webapi';
import { describe, expect, it, vi } from 'vitest';
import { authenticationOf, sendAsClient } from '../../../actors/network/clientAuthentication.ts';
import type { Door, DoorAnswer, DoorRequest } from '../../../actors/network/door.ts';
import { fetchThrough } from '../../../actors/network/fetchThrough.ts';
import { fromHost, secretFromHost } from '../../../actors/network/fromHost.ts';
import { RememberedAnswers } from '../../../actors/network/rememberedAnswers.ts';
import { serverFacts } from '../../../actors/records/facts.ts';
import type { PreRegisteredClient } from '../../../actors/tools/hostOptions.ts';
import type { ClientRecord } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { toolsFor } from '../tools.ts';

const never = new AbortController().signal;
const answerOf = (status: number, text = ''): DoorAnswer => ({
  status,
  headers: new Headers({
    'content-length': '5',
    'content-encoding': 'gzip',
    'transfer-encoding': 'chunked',
    etag: 'a',
  }),
  mediaType: '',
  text,
  url: '',
});

describe('what the host gives', () => {
  it('C14: is the value, or what its function gives', async () => {
    const { tools } = toolsFor();
    expect(await fromHost(tools, 'value', 'it')).toBe('value');
    expect(await fromHost(tools, undefined, 'it')).toBeUndefined();
    expect(await fromHost(tools, async () => 'value', 'it')).toBe('value');
    expect(await secretFromHost(tools, 'secret', 'it')).toBe('secret');
    expect(await secretFromHost(tools, async () => 'secret', 'it')).toBe('secret');
  });

  it('C14, L10: is a fault of the host where it fails, told to the host alone', async () => {
    const onDefect = vi.fn();
    const { tools } = toolsFor({ onDefect });
    const fault = new Error('hunter2');
    const fails = (): Promise<never> => Promise.reject(fault);
    const plain = await failureOf(fromHost(tools, fails, 'the key'));
    expect(plain).toMatchObject({ code: 'config_invalid', phase: 'authorizing' });
    expect(plain.toFailure()).not.toHaveProperty('issuer');
    expect(plain.message).toContain('the key');
    const at = { phase: 'renewing', issuer: 'https://a.example' } as const;
    expect(await failureOf(secretFromHost(tools, fails, 'it', at))).toMatchObject({
      code: 'config_invalid',
      ...at,
    });
    expect(onDefect.mock.calls).toEqual([[fault], [fault]]);
    for (const nothing of ['', 'line\n', 5, undefined, null])
      expect(
        await failureOf(secretFromHost(tools, (async () => nothing) as () => Promise<string>, 'it', at)),
      ).toMatchObject({ code: 'config_invalid', ...at });
  });
});

describe('the door as a fetch', () => {
  const through = (answer: DoorAnswer) => {
    const asked: DoorRequest[] = [];
    const door: Door = async (request) => {
      asked.push(request);
      return answer;
    };
    const send = fetchThrough(door, { purpose: 'token', resource: 'https://mcp.example', signal: never });
    return { asked, send };
  };

  it('TOK-1: sends what it is given, and gives what came, decoded', async () => {
    const { asked, send } = through(answerOf(400, '{"a":1}'));
    const headers = { accept: 'application/json' };
    const response = await send('https://a.example/token', {
      method: 'POST',
      headers,
      body: new URLSearchParams('a=b'),
    });
    expect(asked).toMatchObject([
      { purpose: 'token', resource: 'https://mcp.example', method: 'POST', headers, body: 'a=b' },
    ]);
    expect([response.status, await response.text()]).toEqual([400, '{"a":1}']);
    expect([...response.headers.keys()].sort()).toEqual(['content-type', 'etag']);
  });

  it.each([204, 205, 304])('TOK-1: an answer %i has no body', async (status) => {
    const { asked, send } = through(answerOf(status));
    const response = await send('https://a.example', { method: 'GET', headers: {}, body: null });
    expect([response.status, response.body]).toEqual([status, null]);
    expect(asked[0]).not.toHaveProperty('body');
  });

  it('C09: ends with either signal', async () => {
    const { asked, send } = through(answerOf(200));
    const ending = new AbortController();
    await send('https://a.example', { method: 'GET', headers: {}, signal: ending.signal });
    expect(asked[0]?.signal.aborted).toBe(false);
    ending.abort();
    expect(asked[0]?.signal.aborted).toBe(true);
  });
});

describe('answers that are used again', () => {
  const remembering = (longest = 1_000) => {
    const { clock } = toolsFor();
    const answers = new RememberedAnswers(longest, clock.now);
    let count = 0;
    const ask = async (status = 200): Promise<DoorAnswer> => {
      count += 1;
      return answerOf(status, String(count));
    };
    const get = async (after: number | null, name = 'a', status = 200): Promise<string> =>
      (await answers.answerTo({ name, after }, () => ask(status), never)).text;
    return { answers, clock, get };
  };

  it('DISC-11: are those that are young enough, and were asked for late enough', async () => {
    const { answers, clock, get } = remembering();
    expect([await get(0), await get(0), await get(0, 'b')]).toEqual(['1', '1', '2']);
    expect(await get(null)).toBe('3');
    expect(await get(0)).toBe('3');
    const later = answers.mark();
    expect(await get(later)).toBe('4');
    expect(await get(later)).toBe('4');
    clock.pass(999);
    expect(await get(0)).toBe('4');
    clock.pass(1);
    expect(await get(0)).toBe('5');
    // A clock that was set back says nothing about their age.
    clock.pass(-1);
    expect(await get(0)).toBe('6');
  });

  it('DISC-11: are none of an outage, and none where nothing is to be remembered', async () => {
    const { get } = remembering();
    for (const status of [500, 503, 429]) await get(0, 'a', status);
    expect(await get(0, 'a', 404)).toBe('4');
    expect(await get(0)).toBe('4');
    const forgetful = remembering(0);
    expect([await forgetful.get(0), await forgetful.get(0)]).toEqual(['1', '2']);
  });

  it('DISC-11: are one for all who ask while it is on its way, unless it was asked for too early', async () => {
    const { answers, clock } = remembering();
    const ends: ((answer: DoorAnswer) => void)[] = [];
    const ask = (): Promise<DoorAnswer> => new Promise((resolve) => ends.push(resolve));
    const get = (after: number | null) => answers.answerTo({ name: 'a', after }, ask, never);
    const first = [get(null), get(0), get(null)];
    expect(ends).toHaveLength(1);
    const later = answers.mark();
    const second = [get(later), get(later), get(null)];
    expect(ends).toHaveLength(2);
    ends[1]?.(answerOf(200, 'second'));
    expect(await Promise.all(second.map(async (one) => (await one).text))).toEqual(Array(3).fill('second'));
    // The first comes last, and does not take the place of what was asked for after it.
    ends[0]?.(answerOf(200, 'first'));
    expect(await Promise.all(first.map(async (one) => (await one).text))).toEqual(Array(3).fill('first'));
    expect((await get(later)).text).toBe('second');
    expect((await get(0)).text).toBe('second');
    expect(clock.next).toBeUndefined();
  });

  it('DISC-11: are five hundred at most, and the oldest goes first', async () => {
    const { get } = remembering();
    for (let at = 0; at < 501; at += 1) await get(0, `n${at}`);
    expect(await get(0, 'n1')).toBe('2');
    expect(await get(0, 'n500')).toBe('501');
    expect(await get(0, 'n0')).toBe('502');
  });
});

describe('how a client proves who it is', () => {
  const { client, issuer } = samples().registration.value;
  const server = serverFacts(samples().pending.value.server);
  const place = { server, phase: 'renewing' } as const;
  const record = (change: Partial<ClientRecord> = {}): ClientRecord => ({ ...client, ...change });
  const own = { kind: 'pre-registered', clientSecret: undefined } as const;

  /** What one way to authenticate puts into a request. */
  async function said(authentication: oauth.ClientAuth, clientId = 'client') {
    const body = new URLSearchParams();
    const headers = new Headers();
    const as = { issuer, token_endpoint: server.tokenEndpoint };
    await authentication(as, { client_id: clientId }, body, headers);
    return { body: Object.fromEntries(body), authorization: headers.get('authorization') };
  }
  const toolsWith = (entry: Partial<PreRegisteredClient> = {}) =>
    toolsFor({ client: { name: 'tests', preRegistered: [{ issuer, clientId: 'client', ...entry }] } }).tools;
  const proofOf = async (tools: ReturnType<typeof toolsWith>, change: Partial<ClientRecord>) => {
    const { authentication, value } = await authenticationOf(tools, place, {
      issuer,
      client: record(change),
    });
    return { ...(await said(authentication, change.clientId)), value };
  };

  it('TOK-11: by nothing, by a secret in the header, or in the body', async () => {
    const tools = toolsWith();
    expect(await proofOf(tools, { authMethod: 'none' })).toEqual({
      body: { client_id: 'client' },
      authorization: null,
      value: undefined,
    });
    const secret = { clientSecret: 'a b:ü%', clientId: 'my-client:1' };
    expect(await proofOf(tools, { ...secret, authMethod: 'client_secret_post' })).toEqual({
      body: { client_id: 'my-client:1', client_secret: 'a b:ü%' },
      authorization: null,
      value: 'a b:ü%',
    });
    expect(await proofOf(tools, { ...secret, authMethod: 'client_secret_basic' })).toEqual({
      body: {},
      authorization: `Basic ${btoa('my-client%3A1:a+b%3A%C3%BC%25')}`,
      value: 'a b:ü%',
    });
  });

  it('TOK-11: by the secret that the host gives for this client at this issuer, and no other', async () => {
    const basic = { ...own, authMethod: 'client_secret_basic' } as const;
    const given = toolsWith({ clientSecret: async () => 'given' });
    expect((await proofOf(given, basic)).value).toBe('given');
    for (const tools of [
      toolsWith(),
      toolsWith({ clientSecret: 'given', clientId: 'another' }),
      toolsWith({ clientSecret: 'given', issuer: 'https://b.example' }),
      toolsFor().tools,
    ])
      expect(await failureOf(proofOf(tools, basic))).toMatchObject({
        code: 'config_invalid',
        phase: 'renewing',
        issuer,
      });
    expect(
      await failureOf(proofOf(given, { authMethod: 'client_secret_basic', clientSecret: undefined })),
    ).toMatchObject({
      code: 'config_invalid',
    });
  });

  it('BIND-1: never at another issuer', async () => {
    const foreign = authenticationOf(toolsWith(), place, { issuer: 'https://b.example', client: record() });
    expect(await failureOf(foreign)).toMatchObject({ code: 'token_of_other_issuer', phase: 'renewing' });
  });

  const signing = { ...own, authMethod: 'private_key_jwt' } as const;
  const pemOf = async ({ privateKey }: CryptoKeyPair): Promise<string> => {
    const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey)).toString('base64');
    return `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
  };

  it.each(['PEM', 'a function', 'a CryptoKey'])(
    'EXT-2: by what its own key has signed, given as %s',
    async (how) => {
      const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
      const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const pem = { key: await pemOf(pair), keyId: 'k1' };
      const key = how === 'PEM' ? pem : how === 'a function' ? async () => pem : { key: pair.privateKey };
      const { body, value } = await proofOf(toolsWith({ privateKey: key }), signing);
      expect(value).toBeUndefined();
      const [header = '', payload = '', signature = ''] = String(body['client_assertion']).split('.');
      const read = (text: string): unknown => JSON.parse(Buffer.from(text, 'base64url').toString());
      expect(read(header)).toEqual({ alg: 'ES256', ...(how !== 'a CryptoKey' && { kid: 'k1' }) });
      expect(read(payload)).toMatchObject({ iss: 'client', sub: 'client', aud: issuer });
      const spki = Buffer.from(await crypto.subtle.exportKey('spki', pair.publicKey));
      const verifier = createVerify('sha256').update(`${header}.${payload}`);
      const publicKey = { key: spki, format: 'der', type: 'spki', dsaEncoding: 'ieee-p1363' } as const;
      expect(verifier.verify(publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
    },
  );

  it('EXT-2: with RS256 where the host says so', async () => {
    const algorithm = {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    };
    const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const tools = toolsWith({ privateKey: { key: await pemOf(pair), algorithm: 'RS256' } });
    const { body } = await proofOf(tools, signing);
    const [header = ''] = String(body['client_assertion']).split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'RS256' });
  });

  it('EXT-2: by nothing where there is no key, or none that signs', async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
    const keys: (PreRegisteredClient['privateKey'] | undefined)[] = [
      undefined,
      { key: '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----' },
      { key: pair.privateKey },
    ];
    for (const privateKey of keys) {
      const tools = toolsWith(privateKey === undefined ? {} : { privateKey });
      const failure = await failureOf(proofOf(tools, signing));
      expect(failure).toMatchObject({ code: 'config_invalid', phase: 'renewing' });
      expect(failure.message).toContain('client');
      expect(failure.message).not.toContain('hunter2');
    }
    expect(await failureOf(proofOf(toolsFor().tools, signing))).toMatchObject({
      code: 'config_invalid',
      issuer,
    });
  });

  it('TOK-11: is tried once more with the secret in the body where Basic was refused', async () => {
    const listed = { ...server, authMethods: ['client_secret_basic', 'client_secret_post'] };
    const basic = record({ authMethod: 'client_secret_basic', clientSecret: 'secret' });
    const run = async (change: object, answers: readonly object[]) => {
      const heard: (string | null)[] = [];
      const left = [...answers];
      const outcome = await sendAsClient(
        toolsWith({ clientId: 'another' }),
        { server: listed, phase: 'renewing', ...change },
        { issuer, client: basic },
        async (authentication) => {
          const { authorization, body } = await said(authentication);
          heard.push(authorization === null ? `body ${body['client_secret']}` : 'header');
          return (left.shift() ?? { status: 200, error: undefined }) as { status: number; error: string };
        },
      );
      return { heard, method: outcome.client.authMethod, secret: outcome.secret };
    };
    const refused = { status: 401, error: 'invalid_client' };
    expect(await run({}, [])).toEqual({ heard: ['header'], method: 'client_secret_basic', secret: 'secret' });
    expect(await run({}, [refused])).toEqual({
      heard: ['header', 'body secret'],
      method: 'client_secret_post',
      secret: 'secret',
    });
    expect((await run({ isOnce: true }, [refused])).heard).toEqual(['header']);
    expect((await run({ server }, [refused])).heard).toEqual(['header']);
  });
});
