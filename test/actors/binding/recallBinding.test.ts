// The bind-check's evidence: what is stored of an issuer, what the host says of its clients, and what bars their use.
import { describe, expect, it } from 'vitest';
import { recallBinding } from '../../../actors/binding/recallBinding.ts';
import { serverFacts } from '../../../actors/records/facts.ts';
import type { PreRegisteredClient } from '../../../actors/tools/hostOptions.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { store } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session, server } = of.pending.value;
const { issuer } = server;
const elsewhere = 'https://b.example';
const never = new AbortController().signal;
const bearer = { dpopKey: undefined, tokenType: undefined };
const place = keys.registration(issuer, 'host');

async function recalling(
  client: Partial<Tools['client']> = {},
  before: (tools: Tools) => Promise<unknown> = async () => {},
) {
  const { tools, clock } = toolsFor({ client: { name: 'Test', ...client } });
  await before(tools);
  const run = (at = issuer) =>
    recallBinding(tools)(
      { session, server: { ...serverFacts(server), issuer: at }, isAskedFor: true },
      never,
    );
  return { tools, clock, run };
}

const withHostClient = (change: Partial<PreRegisteredClient> = {}): Partial<Tools['client']> => ({
  preRegistered: [{ clientId: 'by hand', issuer, ...change } as PreRegisteredClient],
});

const keep =
  (change: object = {}) =>
  (tools: Tools) =>
    tools.records.write(place, { ...of.registration.value, ...change }, undefined);

describe('what is recalled at a server', () => {
  it('BIND-2: is nothing where nothing was stored', async () => {
    const { clock, run } = await recalling();
    expect(await run()).toEqual({
      at: clock.now(),
      strategy: 'code',
      limits: { floor: [], ceiling: null },
      binding: null,
      registration: null,
      grant: null,
      grantElsewhere: null,
      preRegisteredElsewhere: null,
      credentialWithoutIssuer: false,
      metadataDocument: null,
      mayRegister: true,
    });
  });

  it('BIND-2: is what was bound there, with its client and its grant', async () => {
    let version = '';
    const { run } = await recalling({}, async (tools) => {
      await store(tools, 'binding');
      version = await store(tools, 'grant', bearer);
      await keep()(tools);
    });
    expect(await run()).toMatchObject({
      binding: { issuer, kind: 'dynamic', scopes: ['read'] },
      registration: { key: place, kind: 'dynamic', issuer, clientId: 'client' },
      grant: { key: of.grant.key, version },
      grantElsewhere: null,
    });
  });

  it('BIND-8: tells the grant at the server that it was bound to until now', async () => {
    let version = '';
    const { tools, run } = await recalling({}, async (given) => {
      await store(given, 'binding');
      version = await store(given, 'grant', bearer);
    });
    expect(await run(elsewhere)).toMatchObject({ binding: null, grant: null, grantElsewhere: version });
    await tools.records.forget(of.grant.key);
    expect(await run(elsewhere)).toMatchObject({ grantElsewhere: null });
  });

  it.each<[string, object, boolean]>([
    ['is good', {}, true],
    ['has a secret that is good still', { secretExpiresAt: 1_800_000_000_001 }, true],
    ['has a secret that has expired', { secretExpiresAt: 1_800_000_000_000 }, false],
    ['has a secret without an end', { secretExpiresAt: undefined }, true],
  ])('R08: has the registration that is kept, or not, where it %s', async (_what, change, isUsed) => {
    const client = Object.entries({ ...of.registration.value.client, ...change });
    const kept = Object.fromEntries(client.filter(([, value]) => value !== undefined));
    const { run } = await recalling({}, keep({ client: kept }));
    expect((await run()).registration?.clientId).toBe(isUsed ? 'client' : undefined);
  });

  it('REG-10: has no registration that is in doubt', async () => {
    const { run } = await recalling({}, keep({ awaitedInVain: true }));
    expect((await run()).registration).toBeNull();
  });

  it('REG-2: tells the metadata document of the host, and whether it allows to register', async () => {
    const metadataUrl = 'https://app.example/client.json';
    const { run } = await recalling({ metadataUrl, dynamicRegistration: false });
    expect(await run()).toMatchObject({ metadataDocument: metadataUrl, mayRegister: false });
  });

  it('REG-2: uses the metadata document where the server takes it', async () => {
    const metadataUrl = 'https://app.example/client.json';
    const { tools } = await recalling({ metadataUrl });
    const at = { ...serverFacts(server), acceptsMetadataDocuments: true };
    const found = await recallBinding(tools)({ session, server: at, isAskedFor: true }, never);
    expect(found.metadataDocument).toBe(metadataUrl);
  });
});

describe('a client that the host keeps', () => {
  it.each<[string, Partial<PreRegisteredClient>, string]>([
    ['nothing', {}, 'none'],
    ['a secret', { clientSecret: 'the secret' }, 'client_secret_basic'],
    ['a key', { privateKey: async () => ({ key: 'a key' }) } as never, 'private_key_jwt'],
    [
      'a method of its own',
      { clientSecret: 'the secret', authMethod: 'client_secret_post' },
      'client_secret_post',
    ],
  ])('TOK-11: is used by what it has: %s', async (_what, change, authMethod) => {
    const { run } = await recalling(withHostClient(change));
    expect((await run()).registration).toMatchObject({
      kind: 'pre-registered',
      issuer,
      clientId: 'by hand',
      authMethod,
    });
  });

  it('BIND-6: is for its own resource, and no other', async () => {
    const ours = await recalling(withHostClient({ resource: session.resource }));
    expect((await ours.run()).registration?.clientId).toBe('by hand');
    const another = await recalling(withHostClient({ resource: 'https://other.example/' }));
    expect((await another.run()).registration).toBeNull();
  });

  it('BIND-6: is sent nowhere where it belongs to another issuer', async () => {
    const { run } = await recalling(withHostClient({ issuer: elsewhere, resource: session.resource }));
    expect(await run()).toMatchObject({ registration: null, grant: null, preRegisteredElsewhere: elsewhere });
  });

  it('BIND-6: is sent nowhere where the resource was bound with one before, and has moved', async () => {
    const bound = { ...of.binding.value.servers[issuer], kind: 'pre-registered' as const };
    const { run } = await recalling({}, (tools) =>
      store(tools, 'binding', { servers: { [issuer]: bound } as never }),
    );
    expect(await run(elsewhere)).toMatchObject({ preRegisteredElsewhere: issuer });
    expect(await run()).toMatchObject({ preRegisteredElsewhere: null });
  });

  it('BIND-10: is sent nowhere where nobody says whose it is', async () => {
    const { run } = await recalling(withHostClient({ issuer: undefined as never }));
    expect(await run()).toMatchObject({ registration: null, credentialWithoutIssuer: true });
  });

  it('BIND-10: belongs to the first issuer that it is used with, where the host allows that', async () => {
    const { tools, run } = await recalling(
      withHostClient({ issuer: undefined as never, dangerouslyTrustFirstIssuer: true }),
    );
    expect((await run()).registration?.clientId).toBe('by hand');
    expect((await tools.records.read(keys.pin('by hand')))?.value).toEqual({
      v: 1,
      clientId: 'by hand',
      issuer,
    });
    expect(await run(elsewhere)).toMatchObject({ registration: null, preRegisteredElsewhere: issuer });
    expect((await tools.records.read(keys.pin('by hand')))?.value.issuer).toBe(issuer);
    expect((await run()).registration?.clientId).toBe('by hand');
  });

  it('BIND-2: has no grant of the client that was bound before it', async () => {
    const { run } = await recalling(withHostClient(), async (tools) => {
      await store(tools, 'binding');
      await store(tools, 'grant', bearer);
    });
    expect(await run()).toMatchObject({ registration: { clientId: 'by hand' }, grant: null });
  });
});
