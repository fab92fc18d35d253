// Records as they are judged when they are read: every member of every kind, absent, of another type, and at its limits.
import { describe, expect, test } from 'vitest';
import { schemas } from '../../stores/recordSchemas.ts';
import type { RecordKind } from '../../stores/records.ts';
import { allKinds, samples } from './recordSamples.ts';

type Path = readonly string[];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every member of a record, by its path; members of keys are somebody else's. */
function pathsIn(value: unknown, before: Path = []): readonly Path[] {
  if (!isObject(value) || before.at(-1) === 'dpopKey') return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const here = [...before, name];
    return [here, ...pathsIn(inner, here)];
  });
}

/** The record with one member replaced, or taken away. */
function changed(of: RecordKind, [...path]: Path, change?: { readonly to: unknown }): unknown {
  const value: Record<string, unknown> = structuredClone(samples()[of].value) as never;
  const last = path.pop() ?? '';
  const parent = path.reduce<Record<string, unknown>>((inner, name) => inner[name] as never, value);
  if (change) parent[last] = change.to;
  else delete parent[last];
  return value;
}

const isGood = (of: RecordKind, value: unknown): boolean => schemas[of].safeParse(value).success;
const shown = (path: Path): string => path.join('.');

/** Members that records of older versions lack, or that are not there always. */
const optional = new Set([
  'clientSecret',
  'secretExpiresAt',
  'tokenType',
  'dpopKey',
  'refreshToken',
  'superseded',
  'expiresAt',
  'refreshAt',
  'authorizationEndpoint',
  'registrationEndpoint',
  'revocationEndpoint',
  'deviceAuthorizationEndpoint',
  'pushedAuthorizationRequestEndpoint',
  'requiresPush',
  'grantTypes',
  'dpopAlgorithms',
  'response',
  'spent',
  'verificationUriComplete',
  'formerGrantKeys',
  'holder',
  'asked',
]);

/** Whether a member may be absent. */
function mayLack(of: RecordKind, path: Path): boolean {
  const [name = '', parent] = [path.at(-1), path.at(-2)];
  if (name === 'expiresAt') return of === 'grant';
  if (name === 'holder') return of === 'login';
  if (name === 'authMethod') return of === 'binding';
  // A binding may have had no server at all.
  if (parent === 'servers') return true;
  return optional.has(name);
}

const members = allKinds.flatMap((of) =>
  pathsIn(samples()[of].value).map((path) => ({ of, path, at: shown(path) })),
);

describe('S01: a record', () => {
  test.each(allKinds)('of a %s is read as it was written', (of) => {
    const { value } = samples()[of];
    expect(schemas[of].parse(value)).toEqual(value);
  });

  test.each(members)('$of without $at', ({ of, path }) => {
    expect(isGood(of, changed(of, path))).toBe(mayLack(of, path));
  });

  test.each(members)('$of with something else as $at', ({ of, path }) => {
    const isEnd = of === 'grant' && ['expiresAt', 'refreshAt'].includes(path.at(-1) ?? '');
    for (const to of [null, [[]], Symbol('a'), () => {}])
      expect(isGood(of, changed(of, path, { to })), String(to)).toBe(isEnd);
    if (isEnd)
      expect(schemas.grant.parse(changed(of, path, { to: 'soon' }))).not.toHaveProperty(shown(path), 'soon');
  });

  test.each(members.filter(({ path }) => path.at(-1) === 'v'))('$of of another version', ({ of, path }) => {
    for (const to of [0, 2, '1', true]) expect(isGood(of, changed(of, path, { to }))).toBe(false);
  });
});

describe('S01: a member that is one of a few', () => {
  test.each<[RecordKind, string, readonly unknown[]]>([
    ['registration', 'client.kind', ['pre-registered', 'metadata-document', 'dynamic']],
    [
      'registration',
      'client.authMethod',
      ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    ],
    ['grant', 'tokenType', ['DPoP']],
    ['pending', 'server.pkce', ['S256', 'unknown']],
    ['pending', 'spent', [true]],
    ['login', 'inherited', [true]],
    ['login', 'leaves', [true]],
  ])('%s %s: %j', (of, at, good) => {
    for (const to of good) expect(isGood(of, changed(of, at.split('.'), { to })), String(to)).toBe(true);
    for (const to of ['', 'another', 'bearer', false, 'plain', 'none '])
      expect(isGood(of, changed(of, at.split('.'), { to })), String(to)).toBe(false);
  });
});

describe('S17: the end of a token', () => {
  test.each([
    [0, 0],
    [8.64e15, 8.64e15],
    [8.64e15 + 1, undefined],
    [-1, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    ['0', undefined],
  ])('%s is known as %s', (to, known) => {
    for (const name of ['expiresAt', 'refreshAt'] as const)
      expect(schemas.grant.parse(changed('grant', [name], { to }))[name]).toBe(known);
  });
});

describe('AUTHZ-12: why a login ended', () => {
  const ended = { code: 'access_denied', phase: 'authorizing', recovery: 'none', message: 'No.' };
  test('is kept whole', () => {
    const whole = { ...ended, issuer: 'https://a.example', otherIssuer: 'https://b.example' };
    for (const to of [ended, whole])
      expect(schemas.login.parse(changed('login', ['ended'], { to })).ended).toEqual(to);
    for (const name of Object.keys(whole))
      expect(isGood('login', changed('login', ['ended'], { to: { ...whole, [name]: 5 } })), name).toBe(false);
    for (const name of Object.keys(ended)) {
      const { [name as keyof typeof ended]: _, ...rest } = ended;
      expect(isGood('login', changed('login', ['ended'], { to: rest })), name).toBe(false);
    }
  });

  test.each([
    [0, 0],
    [3_600_000, 3_600_000],
    [3_600_001, undefined],
    [-1, undefined],
    ['7', undefined],
  ])('a wait of %s is known as %s', (retryAfter, known) => {
    const { ended: read } = schemas.login.parse(
      changed('login', ['ended'], { to: { ...ended, retryAfter } }),
    );
    expect(read).toMatchObject(ended);
    expect(read?.retryAfter).toBe(known);
  });
});
