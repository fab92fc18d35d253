// What a newer version has added to a record survives when this one writes it again.
import { describe, expect, test } from 'vitest';
import type { GrantRecord, RecordKind } from '../../stores/records.ts';
import { create } from './contract.ts';
import { isObject, type Json, open, withBound } from './openRecords.ts';
import { allKinds, samples } from './recordSamples.ts';

/** The same with something that we do not know in each of its parts; JSON, because a member may have any name. */
function fromNewer(value: unknown, of?: string): unknown {
  if (!isObject(value) || of === 'dpopKey') return value;
  const known = Object.entries(value).map(([name, part]) => [name, fromNewer(part, name)]);
  // Every member of `servers` is a server.
  return Object.fromEntries(of === 'servers' ? known : [...added, ...known]);
}

const added = [
  ['added', { by: ['a newer version'] }],
  ['__proto__', 'an odd name'],
];

/** Where its parts are: `''` is the record itself. */
function partsOf(value: unknown, at = ''): readonly string[] {
  if (!isObject(value)) return [];
  const inside = Object.entries(value).filter(([name]) => name !== 'dpopKey' && name !== 'added');
  return [at, ...inside.flatMap(([name, part]) => partsOf(part, `${at}/${name}`))];
}

describe('members that a newer version has added', () => {
  test.each(allKinds)(
    'survive when this one writes a %s record: its own, and those of its parts',
    async (of) => {
      const { store, records, textOf } = open();
      const { key, value } = samples()[of];
      const newer = JSON.stringify(fromNewer(value));
      await create(store, key, newer);
      const before = await records.read(key);
      expect(before?.value, 'and are not seen by it').toEqual(value);
      // Written from scratch, as many actors do: nothing was spread over.
      await records.write(key, structuredClone(value), before);
      expect(await textOf(key)).toEqual(JSON.parse(newer));
      const updated = await records.update(key, () => structuredClone(value));
      expect(await textOf(key)).toEqual(JSON.parse(newer));
      expect(updated).toEqual({ version: updated?.version, value, stored: JSON.parse(newer) });
      // What an update gives can be written over in turn.
      await records.write(key, structuredClone(value), updated);
      expect(await textOf(key)).toEqual(JSON.parse(newer));
    },
  );

  test('are looked for in every part of every kind', () => {
    const parts = allKinds.flatMap((of) => partsOf(samples()[of].value).map((at) => `${of}${at}`));
    for (const at of [
      'grant',
      'grant/client',
      'grant/session',
      'pending/server',
      'device/server',
      'registration/client',
    ])
      expect(parts).toContain(at);
    expect(parts).toContain('binding/servers/https://as.example');
  });

  test('do not bring back what this one has dropped', async () => {
    const { store, records, textOf } = open();
    const { key, value } = samples().grant;
    await create(store, key, JSON.stringify(fromNewer(value)));
    await records.update(key, (before) => {
      const { refreshToken: _, tokenType: __, ...rest } = before as GrantRecord;
      const { clientSecret: ___, ...client } = rest.client;
      return { ...rest, client };
    });
    const text = await textOf(key);
    expect(Object.keys(text)).toContain('added');
    for (const name of ['refreshToken', 'tokenType']) expect(text).not.toHaveProperty(name);
    expect(text['client']).not.toHaveProperty('clientSecret');
    expect(text['client']).toHaveProperty('added');
  });

  test('are not looked for in what this one does not look into: a key is written as it is', async () => {
    const { store, records, textOf } = open();
    const { key, value } = samples().grant;
    await create(store, key, JSON.stringify(value));
    const dpopKey = { kty: 'EC', ext: { another: 'key' } };
    await records.update(key, () => ({ ...value, dpopKey }));
    expect((await textOf(key))['dpopKey']).toEqual(dpopKey);
  });

  test('of a server that is bound no longer go with it', async () => {
    const { store, records, textOf } = open();
    const { key, value } = samples().binding;
    await create(store, key, JSON.stringify(fromNewer(value)));
    const bound = {
      kind: 'dynamic',
      clientId: 'client',
      grantKey: samples().grant.key,
      scopes: [],
      boundAt: 1,
    } as const;
    const servers = { 'https://other.example': { ...bound, scopes: [] } };
    await records.update(key, () => ({ ...value, current: 'https://other.example', servers }));
    expect((await textOf(key))['servers']).toEqual(servers);
  });

  type Part = (value: Json) => Json;
  const inside = (value: Json, ...names: readonly string[]): Json =>
    names.reduce((part, name) => part[name] as Json, value);
  test.each<readonly [what: string, kind: RecordKind, part: Part, change: Part]>([
    [
      'client',
      'registration',
      (value) => inside(value, 'client'),
      (value) => ({ ...value, client: { ...inside(value, 'client'), clientId: 'another' } }),
    ],
    [
      'server',
      'pending',
      (value) => inside(value, 'server'),
      (value) => ({ ...value, server: { ...inside(value, 'server'), issuer: 'https://b.example' } }),
    ],
    [
      'bound client',
      'binding',
      (value) => inside(value, 'servers', 'https://as.example'),
      (value) => withBound(value, { clientId: 'another' }),
    ],
  ])('say nothing about another %s that takes its place in a %s record', async (_what, of, part, change) => {
    const { store, records, textOf } = open();
    const { key, value } = samples()[of];
    await create(store, key, JSON.stringify(fromNewer(value)));
    expect(part(await textOf(key))).toHaveProperty('added');
    const before = await records.read(key);
    const after = change(value);
    await records.write(key, after as typeof value, before);
    expect(part(await textOf(key))).toEqual(part(after));
    expect(await textOf(key)).toHaveProperty('added');
  });
});
