// What was found out about a client in a session goes with it: its method, and that its server wants the scopes named.
import { describe, expect, it } from 'vitest';
import { clientOf } from '../../../actors/records/clientOf.ts';
import { registrationFacts, serverFacts } from '../../../actors/records/facts.ts';
import { keepRefreshScope } from '../../../actors/records/keepRefreshScope.ts';
import type { ClientRecord } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session } = of.pending.value;
const { issuer, client } = of.registration.value;
const authMethods = ['client_secret_basic', 'client_secret_post'];
const server = { ...serverFacts(of.pending.value.server), authMethods };
const known = {
  ...of.binding.value.servers[issuer],
  authMethod: 'client_secret_post',
  refreshNamesScope: true,
};
const bindingWith = (change: object) => ({ servers: { [issuer]: { ...known, ...change } } as never });

describe('a client that the host keeps', () => {
  const kept: ClientRecord = { ...client, kind: 'pre-registered' };
  const use = { session, server, registration: registrationFacts('k', issuer, kept) };

  it.each<[string, object, object]>([
    [
      'begins with what was accepted last',
      { kind: 'pre-registered' },
      { authMethod: 'client_secret_post', refreshNamesScope: true },
    ],
    ['knows nothing of one of another kind', { kind: 'metadata-document' }, {}],
    ['knows nothing of another one', { kind: 'pre-registered', clientId: 'another' }, {}],
  ])('TOK-11: %s', async (_what, change, expected) => {
    const { tools } = toolsFor();
    await store(tools, 'binding', bindingWith(change));
    expect(await clientOf(tools, use)).toEqual({
      kind: 'pre-registered',
      clientId: 'client',
      authMethod: 'client_secret_basic',
      redirectUris: client.redirectUris,
      ...expected,
    });
  });

  it('TOK-11: of another kind keeps the method that it was registered with', async () => {
    const { tools } = toolsFor();
    await store(tools, 'binding', bindingWith({ kind: 'metadata-document' }));
    const registration = registrationFacts('k', issuer, { ...client, kind: 'metadata-document' });
    expect(await clientOf(tools, { ...use, registration })).toMatchObject({
      authMethod: 'client_secret_basic',
      refreshNamesScope: true,
    });
  });
});

describe('that a server wants the scopes of a refresh named', () => {
  const accepted: ClientRecord = { ...client, kind: 'pre-registered', refreshNamesScope: true };
  const without = bindingWith({ kind: 'pre-registered', refreshNamesScope: undefined });
  const noted = async (value: object, by: ClientRecord, binding: object | null = without) => {
    const { tools } = toolsFor();
    if (binding) await store(tools, 'binding', binding);
    await keepRefreshScope(tools, { ...of.grant.value, ...value }, by);
    return (await stored(tools, 'binding'))?.servers[issuer]?.refreshNamesScope;
  };

  it('TOK-5: is remembered with the binding of a client that is not registered here', async () => {
    expect(await noted({}, accepted)).toBe(true);
  });

  it.each<[string, object, ClientRecord, object | null]>([
    ['it was known before', { client: accepted }, accepted, without],
    ['it is not so', {}, { ...client, kind: 'pre-registered' }, without],
    ['the client has a record of its own', {}, { ...accepted, kind: 'dynamic' }, without],
    ['another client is bound by now', {}, { ...accepted, clientId: 'another' }, without],
    ['nothing is bound any more', {}, accepted, null],
  ])('TOK-5: is not noted there where %s', async (_what, value, by, binding) => {
    expect(await noted(value, by, binding)).toBeUndefined();
  });
});
