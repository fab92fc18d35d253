// EXT-5: keys, proofs, and what is remembered of servers, on their own.
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, EmbeddedJWK, jwtVerify } from 'jose';
import { describe, expect, it, test } from 'vitest';
import { Dpop } from '../../../actors/network/dpop.ts';
import { makeKey, prove, readKey, type StoredKey, thumbprintOf } from '../../../actors/network/dpopKey.ts';
import type { ServerMetadata } from '../../../contract/facts.ts';
import type { DpopMode } from '../../../protocol/dpopPolicy.ts';
import { judgeServerMetadata } from '../../../protocol/serverMetadata.ts';
import type { GrantRecord } from '../../../stores/records.ts';

const url = 'https://mcp.example:8443/a/b?query=1#fragment';

async function proofOf(of: Partial<Parameters<typeof prove>[1]> = {}): Promise<string> {
  const key = await readKey(await makeKey());
  if (!key) throw new Error('no key');
  return prove(key, { method: 'POST', url, nonce: undefined, at: 1_700_000_000_999, ...of });
}

describe('EXT-5: a proof', () => {
  it('RFC 9449 §4.2: is signed by the key in its header, and says what it is for', async () => {
    const proof = await proofOf({ nonce: 'n', accessToken: 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU' });
    const { payload } = await jwtVerify(proof, EmbeddedJWK, { algorithms: ['ES256'], typ: 'dpop+jwt' });
    expect(payload).toEqual({
      htm: 'POST',
      htu: 'https://mcp.example:8443/a/b',
      iat: 1_700_000_000,
      jti: expect.stringMatching(/^[\da-f-]{36}$/),
      nonce: 'n',
      // The hash of RFC 9449 §7.1's own example.
      ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo',
    });
    const { jwk, ...header } = decodeProtectedHeader(proof);
    expect(header).toEqual({ alg: 'ES256', typ: 'dpop+jwt' });
    expect(Object.keys(jwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y']);
  });

  it('leaves out what there is not, and is never the same twice', async () => {
    const [one, other] = await Promise.all([proofOf(), proofOf()]).then((both) =>
      both.map((jwt) => decodeJwt(jwt)),
    );
    expect(Object.keys(one ?? {}).sort()).toEqual(['htm', 'htu', 'iat', 'jti']);
    expect(one?.jti).not.toBe(other?.jti);
  });
});

describe('EXT-5: a key', () => {
  it('RFC 7638: is named by its thumbprint, which tells nothing of its private part', async () => {
    const key = await makeKey();
    const { d: _, ...publicPart } = key;
    expect(await thumbprintOf(key)).toBe(await calculateJwkThumbprint(publicPart));
    expect(await thumbprintOf(await makeKey())).not.toBe(await thumbprintOf(key));
  });

  it('comes back from text as it was', async () => {
    const key = await makeKey();
    const again = await readKey(JSON.parse(JSON.stringify(key)) as StoredKey);
    expect(again?.publicJwk).toEqual({ kty: 'EC', crv: 'P-256', x: key['x'], y: key['y'] });
  });

  test.each<[string, Record<string, unknown>]>([
    ['of another kind', { kty: 'OKP' }],
    ['on another curve', { crv: 'P-384' }],
    ['without a private part', { d: undefined }],
    ['with a number for a text', { d: 7 }],
    ['too long', { x: 'A'.repeat(44) }],
    ['not on the curve', { x: 'A'.repeat(43) }],
  ])('%s is none', async (_name, change) => {
    expect(await readKey({ ...(await makeKey()), ...change })).toBeUndefined();
  });
});

const dpopOf = (mode: DpopMode): Dpop => new Dpop(mode, Date.now);

describe('EXT-5, T23, T24: nonces', () => {
  const at = (index: number) => `https://s${index}.example/token`;

  it('are kept by origin, the last one for each', () => {
    const dpop = dpopOf('required');
    expect(dpop.hear('https://a.example/token', 'one')).toBe('one');
    dpop.hear('https://a.example:8443/token', 'other port');
    dpop.hear('https://a.example/mcp?x', 'two');
    expect(dpop.nonceFor(new URL('https://a.example/elsewhere'))).toBe('two');
    expect(dpop.nonceFor('https://a.example:8443/')).toBeUndefined();
    expect(dpop.nonceFor('http://a.example/')).toBeUndefined();
  });

  it('are kept for at most 100 origins; the one that was heard longest ago goes', () => {
    const dpop = dpopOf('required');
    for (let index = 0; index < 100; index += 1) dpop.hear(at(index), `n${index}`);
    dpop.hear(at(0), 'again');
    for (let index = 100; index < 150; index += 1) dpop.hear(at(index), `n${index}`);
    const kept = Array.from({ length: 150 }, (_, index) => index).filter((index) => dpop.nonceFor(at(index)));
    expect(kept).toEqual([0, ...Array.from({ length: 99 }, (_, index) => index + 51)]);
    expect(dpop.nonceFor(at(0))).toBe('again');
  });

  test.each([
    ['nothing', null],
    ['an empty one', ''],
    ['two in one header', 'one, two'],
    ['a quote', 'a"b'],
    ['a backslash', 'a\\b'],
    ['a line break', 'a\nb'],
    ['beyond ASCII', 'ä'],
    ['257 characters', 'n'.repeat(257)],
  ])('%s is none, and the one before stays', (_name, header) => {
    const dpop = dpopOf('required');
    dpop.hear(at(1), '!#[]~');
    expect(dpop.hear(at(1), header)).toBeUndefined();
    expect(dpop.nonceFor(at(1))).toBe('!#[]~');
    expect(dpop.hear(at(1), 'n'.repeat(256))).toHaveLength(256);
  });
});

describe('EXT-5: what resources demand', () => {
  const issuer = 'https://as.example';
  const server = judgeServerMetadata(
    JSON.stringify({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      code_challenge_methods_supported: ['S256'],
    }),
    issuer,
    'https://mcp.example/',
  );
  const bearer = { session: { resource: 'r', subject: '', label: '' } } as GrantRecord;

  it('counts as last heard, for each resource', async () => {
    const dpop = dpopOf('preferred');
    dpop.hearChallenge('r', { status: 401, scheme: 'dpop' });
    expect(await dpop.keyForLogin('r', server)).toBeDefined();
    expect(await dpop.keyForLogin('other', server)).toBeUndefined();
    expect(dpop.isOutgrown(bearer)).toBe(true);
    dpop.hearChallenge('r', { status: 401, scheme: 'bearer' });
    expect(await dpop.keyForLogin('r', server)).toBeUndefined();
    expect(dpop.isOutgrown(bearer)).toBe(false);
  });

  it('T24: is forgotten for the oldest of more than 1000', async () => {
    const dpop = dpopOf('preferred');
    for (let index = 0; index <= 1000; index += 1)
      dpop.hearChallenge(`r${index}`, { status: 401, scheme: 'dpop' });
    expect(await dpop.keyForLogin('r0', server)).toBeUndefined();
    expect(await dpop.keyForLogin('r1', server)).toBeDefined();
    expect(await dpop.keyForLogin('r1000', server)).toBeDefined();
  });
});

describe('EXT-5: what an engine makes of it', () => {
  const issuer = 'https://as.example';
  const server = { issuer, dpopAlgorithms: ['RS256'] } as unknown as ServerMetadata;
  const session = { resource: 'r', subject: '', label: '' };

  it('no server is used that takes no proofs of ours, where DPoP is required', () => {
    for (const mode of ['off', 'preferred'] as const) dpopOf(mode).judgeServer(server);
    expect(() => dpopOf('required').judgeServer(server)).toThrow(
      expect.objectContaining({ code: 'dpop_unsupported', issuer }),
    );
    dpopOf('required').judgeServer({ ...server, dpopAlgorithms: ['ES256'] });
  });

  it('T06: no token is taken that is not bound, where DPoP is required', () => {
    for (const not of [{}, { bound: false }])
      expect(() => dpopOf('required').judgeTokens(not, issuer, 'renewing')).toThrow(
        expect.objectContaining({ code: 'dpop_downgraded', phase: 'renewing', issuer }),
      );
    dpopOf('required').judgeTokens({ bound: true }, issuer, 'renewing');
    dpopOf('preferred').judgeTokens({}, issuer, 'renewing');
  });

  it('a grant is opened with its key, without one where it has none, and not at all where its key is lost', async () => {
    const dpopKey = await makeKey();
    const lost = { ...dpopKey, x: 'A'.repeat(43) };
    const open = async (mode: DpopMode, grant: Partial<GrantRecord>) => {
      const opened = await dpopOf(mode).open({ session, ...grant } as GrantRecord);
      return opened && (opened.key === undefined ? {} : opened.key.publicJwk.x === dpopKey['x']);
    };
    const bound = { tokenType: 'DPoP' } as const;
    expect(await open('preferred', { ...bound, dpopKey })).toBe(true);
    expect(await open('off', { dpopKey })).toBe(true);
    expect(await open('preferred', {})).toEqual({});
    for (const [mode, grant] of [
      ['required', {}],
      ['required', { dpopKey }],
      ['off', bound],
      ['off', { ...bound, dpopKey: lost }],
      ['off', { dpopKey: lost }],
    ] as const)
      expect(await open(mode, grant)).toBeUndefined();
  });

  it('a bound grant is not outgrown', () => {
    const dpop = dpopOf('preferred');
    dpop.hearChallenge('r', { status: 401, scheme: 'dpop' });
    expect(dpop.isOutgrown({ session } as GrantRecord)).toBe(true);
    expect(dpop.isOutgrown({ session, tokenType: 'DPoP' } as GrantRecord)).toBe(false);
  });

  it('a proof is of the time that the engine goes by', async () => {
    const dpop = new Dpop('off', () => 1_700_000_000_500);
    const key = await readKey(await makeKey());
    if (!key) throw new Error('no key');
    const proof = await dpop.prove(key, { method: 'GET', url, nonce: 'n' });
    expect(decodeJwt(proof)).toMatchObject({ htm: 'GET', nonce: 'n', iat: 1_700_000_000 });
  });
});
