// What an answer of the resource says about a grant: over every status, and over where the answer came from.
import { describe, expect, test } from 'vitest';
import { challengeIn, isOfResource, probedChallenge, provesGrant } from '../../protocol/evidence.ts';

const resourceOrigin = 'https://rs.example';
const statuses = Array.from({ length: 500 }, (_, at) => at + 100);
const of = (status: number, origin: string | undefined = resourceOrigin) => ({
  status,
  origin,
  resourceOrigin,
});
const unknown = (status: number) => ({ status, origin: undefined, resourceOrigin });

const elsewhere = [
  'https://evil.example',
  'http://rs.example',
  'https://rs.example:8443',
  'https://rs.example.evil.example',
  'https://sub.rs.example',
  'null',
  '',
];

describe('where an answer came from (W17)', () => {
  test('the origin of the resource, or nobody says', () => {
    expect(isOfResource(of(200))).toBe(true);
    expect(isOfResource(unknown(200))).toBe(true);
  });

  test.each(elsewhere)('"%s" is another place', (origin) => {
    expect(isOfResource(of(200, origin))).toBe(false);
  });
});

describe('provesGrant (TOK-12)', () => {
  const silent = [401, 429, ...statuses.filter((status) => status >= 500)];

  test('every status of the resource, but 401, 429 and all from 500 on', () => {
    const proving = statuses.filter((status) => !silent.includes(status));
    expect(statuses.filter((status) => provesGrant(of(status)))).toEqual(proving);
    expect(statuses.filter((status) => provesGrant(unknown(status)))).toEqual(proving);
    expect(proving).toHaveLength(398);
  });

  test.each([-1, 0, 1, 99, 600, 999, Number.NaN])('never %d, which is no status', (status) => {
    expect([provesGrant(of(status)), provesGrant(unknown(status))]).toEqual([false, false]);
  });

  test.each(elsewhere)('no status of "%s"', (origin) => {
    expect(statuses.filter((status) => provesGrant(of(status, origin)))).toEqual([]);
  });
});

describe('challengeIn (W17)', () => {
  const header = 'Bearer error="invalid_token", scope="a"';
  const widening = 'Bearer error="insufficient_scope", scope="a b"';

  test('DISC-2: every 401, also one without a challenge that can be read', () => {
    expect(challengeIn(of(401), header)).toEqual({
      status: 401,
      scheme: 'bearer',
      error: 'invalid_token',
      scopes: ['a'],
    });
    expect(challengeIn(unknown(401), widening)).toMatchObject({ error: 'insufficient_scope' });
    for (const none of [null, '', 'Basic realm="x"'])
      expect(challengeIn(of(401), none)).toEqual({ status: 401 });
  });

  test('STEP-1: a 403 that asks for more scopes', () => {
    const challenge = { status: 403, scheme: 'bearer', error: 'insufficient_scope', scopes: ['a', 'b'] };
    expect(challengeIn(of(403), widening)).toEqual(challenge);
    expect(challengeIn(unknown(403), widening)).toEqual(challenge);
  });

  test.each([
    null,
    '',
    header,
    'Bearer',
    'Bearer error="insufficient_scopes"',
    'Basic error="insufficient_scope"',
  ])('no 403 with %j', (other) => {
    expect(challengeIn(of(403), other)).toBeUndefined();
  });

  test('no other status, whatever stands in the header', () => {
    const heard = statuses.filter((status) => challengeIn(of(status), widening) !== undefined);
    expect(heard).toEqual([401, 403]);
    for (const status of [0, -401, Number.NaN]) expect(challengeIn(of(status), widening)).toBeUndefined();
  });

  test.each(elsewhere)('none of "%s"', (origin) => {
    expect(statuses.filter((status) => challengeIn(of(status, origin), widening))).toEqual([]);
  });

  test('L05: one that repeats the token says nothing but its status', () => {
    const echo = 'Bearer error="insufficient_scope", scope="read the-token-that-was-sent"';
    expect(challengeIn(of(401), echo, 'the-token-that-was-sent')).toStrictEqual({ status: 401 });
    expect(challengeIn(of(403), echo, 'the-token-that-was-sent')).toBeUndefined();
    expect(challengeIn(of(403), echo, 'another-token')?.scopes).toEqual(['read', 'the-token-that-was-sent']);
  });
});

describe('probedChallenge (DISC-2)', () => {
  const header = 'Bearer scope="a", resource_metadata="https://rs.example/meta"';

  test('a 401 is read', () => {
    expect(probedChallenge(401, header)).toEqual({
      status: 401,
      scheme: 'bearer',
      scopes: ['a'],
      resourceMetadata: 'https://rs.example/meta',
    });
  });

  test('W12, W14: of any other status, and without a header, only the status', () => {
    for (const status of statuses.filter((one) => one !== 401))
      expect(probedChallenge(status, header)).toStrictEqual({ status });
    expect(probedChallenge(401, null)).toStrictEqual({ status: 401 });
  });
});
