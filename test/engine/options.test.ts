// Every option is judged before any traffic: tables of values that are refused, and of values that are not.
import { describe, expect, it } from 'vitest';
import type { AuthError } from '../../index.ts';
import {
  base,
  cases,
  clientOf,
  engineOf,
  errorOf,
  expectRefusal,
  sections,
  sessionHere,
  useBench,
} from './optionBench.ts';
import { SECRET } from './optionValues.ts';

const bench = useBench();

describe('the tables', () => {
  it.each(sections.map(({ path, shape, rows: of }, at) => ({ what: `${at}: ${path}…`, shape, of })))(
    'HOST-2: have a row for every option: section $what',
    ({ shape, of }) => {
      expect(Object.keys(of).sort()).toEqual(Object.keys(shape).sort());
      for (const { bad, good } of Object.values(of)) {
        expect(bad.length).toBeGreaterThanOrEqual(2);
        expect(good.length).toBeGreaterThanOrEqual(1);
      }
    },
  );
});

describe('what is refused', () => {
  it.each(cases('bad'))('HOST-2, P07: $option: $shown ($at)', async ({ option, name, value, give }) => {
    const error = await errorOf(() => give({ [name]: value }));
    expectRefusal(error, option);
    const text = typeof value === 'string' ? value.trim() : '';
    // A value may be a secret wherever it was put.
    if (text.length > 8 && !option.endsWith('authMethod'))
      expect((error as AuthError).message).not.toContain(text);
  });

  it.each<[string, () => unknown, string]>([
    ['no options', () => engineOf(undefined), 'options'],
    ['null', () => engineOf(null), 'options'],
    ['a text', () => engineOf(SECRET), 'options'],
    ['an array', () => engineOf([base]), 'options'],
    ['no session', () => engineOf(base).session(undefined as never), 'options'],
    ['a URL for a session', () => engineOf(base).session('https://rs.example' as never), 'options'],
    ['scopes for a login', () => sessionHere().login(['read'] as never), 'options'],
    [
      'a subject to complete for',
      () => engineOf(base).complete('https://a.example', 'ada' as never),
      'options',
    ],
  ])('HOST-2: %s instead of options', async (_what, give, about) => {
    expectRefusal(await errorOf(give), about);
  });

  it.each<[string, () => unknown, string]>([
    ['no way to reach a person', () => engineOf({ client: { name: 'tests' } }), 'userAgent'],
    [
      'a secret that would not be sent',
      () => clientOf({ preRegistered: [{ clientId: 'a', clientSecret: SECRET, authMethod: 'none' }] }),
      'client.preRegistered[0].authMethod',
    ],
    [
      'a key that would not be used',
      () => clientOf({ preRegistered: [{ clientId: 'a', privateKey: async () => {}, authMethod: 'none' }] }),
      'client.preRegistered[0].authMethod',
    ],
    [
      'a secret for a method with a key',
      () =>
        clientOf({
          preRegistered: [{ clientId: 'a', clientSecret: SECRET, authMethod: 'private_key_jwt' }],
        }),
      'client.preRegistered[0].privateKey',
    ],
    [
      'a key for a method with a secret',
      () =>
        clientOf({
          preRegistered: [{ clientId: 'a', privateKey: async () => {}, authMethod: 'client_secret_post' }],
        }),
      'client.preRegistered[0].clientSecret',
    ],
    [
      'an issuer beside the trust in whichever comes first',
      () =>
        clientOf({
          preRegistered: [{ clientId: 'a', issuer: 'https://as.example', dangerouslyTrustFirstIssuer: true }],
        }),
      'client.preRegistered[0].dangerouslyTrustFirstIssuer',
    ],
    [
      'another member of a list',
      () => engineOf({ ...base, policy: { scopeFloor: ['a', ''] } }),
      'policy.scopeFloor[1]',
    ],
  ])('HOST-2: %s', async (_what, give, about) => {
    expectRefusal(await errorOf(give), about);
  });
});

describe('what is not refused', () => {
  it.each(cases('good'))('HOST-2: $option: $shown ($at)', async ({ name, value, give }) => {
    const error = await errorOf(() => give({ [name]: value }));
    if (error === undefined) return;
    // A login, or a response, that was let through, and ended after that.
    expect(error).toMatchObject({ code: expect.stringMatching(/^(user_agent_failed|response_not_ours)$/) });
  });

  it.each<[string, () => unknown]>([
    ['nothing but what is needed', () => engineOf(base)],
    [
      'options that are there, and undefined',
      () => engineOf({ ...base, policy: undefined, onTrace: undefined }),
    ],
    [
      'each method with what it needs',
      () =>
        clientOf({
          preRegistered: [
            { clientId: 'a', clientSecret: 'x', authMethod: 'client_secret_basic' },
            { clientId: 'a', clientSecret: 'x', authMethod: 'client_secret_post' },
            { clientId: 'a', clientSecret: 'x', privateKey: async () => {}, authMethod: 'private_key_jwt' },
          ],
        }),
    ],
    [
      'a floor beyond the ceiling: it is always asked for',
      () => engineOf({ ...base, policy: { scopeFloor: ['a'], scopeCeiling: ['b'] } }),
    ],
    [
      'the id of another session',
      () => engineOf(base).session(engineOf(base).session({ resource: bench().world.resource }).id),
    ],
  ])('HOST-2: %s', async (_what, give) => {
    expect(await errorOf(give)).toBeUndefined();
  });
});
