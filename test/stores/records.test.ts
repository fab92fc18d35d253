// Records: the key decides what kind of record is read, and what a newer version has added survives a write.
import { describe, expect, test } from 'vitest';
import { memoryStore } from '../../stores/memory.ts';
import type { Key } from '../../stores/recordKeys.ts';
import { type GrantRecord, keys, type RecordKind, Records } from '../../stores/records.ts';
import { create } from './contract.ts';
import { allKinds, samples } from './recordSamples.ts';

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function open() {
  const store = memoryStore();
  const setAside: string[] = [];
  const records = new Records(store, (key) => setAside.push(key));
  const textOf = async (key: string): Promise<Json> => JSON.parse((await store.get(key))?.text ?? 'null');
  return { store, records, setAside, textOf };
}

const pairs = allKinds.flatMap((of) => allKinds.filter((as) => as !== of).map((as) => [of, as] as const));

describe('the kind of a record', () => {
  test.each(allKinds)('a %s record is read back by its key, and by its key as plain text', async (of) => {
    const { store, records, setAside } = open();
    const { key, value } = samples()[of];
    const version = await create(store, key, JSON.stringify(value));
    expect(await records.read(key)).toEqual({ version, value, stored: value });
    expect(await records.read(keys.as(of, String(key)))).toEqual({ version, value, stored: value });
    expect(setAside).toEqual([]);
  });

  test.each(pairs)(
    'S06: the key of a %s record is none of a %s record, and the record stays',
    async (of, as) => {
      const { store, records, setAside } = open();
      const { key, value } = samples()[of];
      await create(store, key, JSON.stringify(value));
      expect(() => keys.as(as, key)).toThrow(expect.objectContaining({ code: 'internal', recovery: 'none' }));
      // Whatever a caller takes it for, it is read as what it is.
      expect((await records.read(key as Key as Key<typeof as>))?.value).toEqual(value);
      expect(setAside).toEqual([]);
    },
  );

  test.each(['', 'grant', 'grants:["a"]', 'Grant:["a"]', ' grant:["a"]', 'https://client.example/meta.json'])(
    'text that is the key of no record is refused: "%s"',
    async (text) => {
      const { store, records } = open();
      await create(store, text, '{}');
      for (const of of allKinds) expect(() => keys.as(of, text)).toThrow('is not the key of a');
      const refused = { code: 'internal' };
      await expect(records.read(text as Key)).rejects.toMatchObject(refused);
      await expect(records.write(text as Key<'pin'>, samples().pin.value, undefined)).rejects.toMatchObject(
        refused,
      );
      expect(await store.get(text)).toMatchObject({ text: '{}' });
    },
  );

  const naming: readonly (readonly [RecordKind, RecordKind, (value: Json, key: string) => unknown])[] = [
    ['login', 'pending', (value, key) => ({ ...value, pendingKey: key })],
    ['binding', 'grant', (value, key) => withBound(value, { grantKey: key })],
    ['binding', 'grant', (value, key) => withBound(value, { formerGrantKeys: [key] })],
  ];
  test.each(
    naming.flatMap(([of, names, change]) => allKinds.map((other) => [of, names, other, change] as const)),
  )(
    'S06: a %s record names a %s record and nothing else, such as a %s record',
    async (of, names, other, change) => {
      const { store, records, setAside } = open();
      const { key, value } = samples()[of];
      await create(store, key, JSON.stringify(change(value, samples()[other].key)));
      expect((await records.read(key)) !== undefined).toBe(other === names);
      expect(setAside).toEqual(other === names ? [] : [key]);
    },
  );

  test('the keys of all bindings are listed, and no other', async () => {
    const { store, records } = open();
    for (const of of allKinds) await create(store, samples()[of].key, '{}');
    expect(await records.bindings()).toEqual([samples().binding.key]);
  });
});

function withBound(value: Json, change: object): Json {
  const servers = Object.entries(value['servers'] as Json).map(([issuer, bound]) => [
    issuer,
    { ...(bound as Json), ...change },
  ]);
  return { ...value, servers: Object.fromEntries(servers) };
}

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
