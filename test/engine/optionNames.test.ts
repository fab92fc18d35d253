// Names that are no options are refused, with the option that was meant where a slip of the finger shows it.
import { describe, expect, it } from 'vitest';
import type { AuthError } from '../../index.ts';
import {
  base,
  clientOf,
  engineOf,
  errorOf,
  expectRefusal,
  grantOf,
  grants,
  sections,
  sessionHere,
  shownAs,
  useBench,
  userAgent,
} from './optionBench.ts';
import { SECRET } from './optionValues.ts';

const bench = useBench();

describe('names that are no options', () => {
  const unknown = ['x', 'some_option', 'constructor', '__proto__x', '\u001b[2J\n', 'x'.repeat(500)];

  it.each(
    sections
      .filter(({ path }) => path !== 'userAgent.' && path !== 'store.')
      .flatMap(({ path, give }, at) =>
        unknown.map((name) => ({ what: `${path}${shownAs(name)} (section ${at})`, name, path, give })),
      ),
  )('HOST-2: $what is refused, whatever its value', async ({ name, path, give }) => {
    for (const value of [SECRET, undefined]) {
      const error = await errorOf(() => give({ [name]: value }));
      expectRefusal(error, path);
      expect((error as AuthError).message).toMatch(/is not an option; leave it out\.$/);
      expect((error as AuthError).message.length).toBeLessThan(200);
      expect((error as AuthError).message).toMatch(/^[\x20-\x7e…]+$/);
    }
  });

  it.each<[string, () => unknown, string]>([
    ['onprogress', () => engineOf({ ...base, onprogress: () => {} }), 'onProgress'],
    ['userAgents', () => engineOf({ ...base, userAgents: userAgent }), 'userAgent'],
    ['policy.scopeCeling', () => engineOf({ ...base, policy: { scopeCeling: [] } }), 'policy.scopeCeiling'],
    ['policy.scopesFloor', () => engineOf({ ...base, policy: { scopesFloor: [] } }), 'policy.scopeFloor'],
    [
      'policy.requestTimeuot',
      () => engineOf({ ...base, policy: { requestTimeuot: 1 } }),
      'policy.requestTimeout',
    ],
    ['client.metadataURL', () => clientOf({ metadataURL: '' }), 'client.metadataUrl'],
    [
      'client.preRegistered[0].issuers',
      () => clientOf({ preRegistered: [{ clientId: 'a', issuers: [] }] }),
      'client.preRegistered[0].issuer',
    ],
    [
      'client.preRegistered[0].privateKey.kid',
      () => clientOf({ preRegistered: [{ clientId: 'a', privateKey: { key: '', kid: 'a' } }] }),
      'client.preRegistered[0].privateKey.keyId',
    ],
    [
      'client.grant.assertions',
      () => grantOf({ ...grants.workload, assertions: [] }),
      'client.grant.assertion',
    ],
    [
      'subjct',
      () => engineOf(base).session({ resource: bench().world.resource, subjct: 'ada' } as never),
      'subject',
    ],
    ['scope', () => sessionHere().login({ scope: ['read'] } as never), 'scopes'],
    ['subjects', () => engineOf(base).complete('https://a.example', { subjects: 'ada' } as never), 'subject'],
  ])('HOST-2: %s is refused, and the option that was meant is named', async (name, give, meant) => {
    const error = await errorOf(give);
    expectRefusal(error, name);
    expect((error as AuthError).message).toBe(`${name} is not an option; ${meant} is one.`);
  });
});
