// Records: the key decides what kind of record is read; what is damaged or newer is never guessed at; no write is lost.
import { describe, expect, test, vi } from 'vitest';
import { AuthError, failure } from '../../contract/errors.ts';
import type { Key } from '../../stores/recordKeys.ts';
import { boundAt, grantKeysOf, keys, type RecordKind, Records } from '../../stores/records.ts';
import { create } from './contract.ts';
import { type Json, open, withBound } from './openRecords.ts';
import { allKinds, samples } from './recordSamples.ts';

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
      const refused = { code: 'internal', phase: 'storing', recovery: 'none' };
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

describe('what is stored', () => {
  test.each(allKinds)('S08: a %s record of a newer version is refused, and left alone', async (of) => {
    const { store, records, setAside } = open();
    const { key, value } = samples()[of];
    const text = JSON.stringify({ ...value, v: 2, whatever: 'it is' });
    const version = await create(store, key, text);
    const newer = { code: 'record_newer', phase: 'storing', recovery: 'fix-config' };
    await expect(records.read(key)).rejects.toMatchObject(newer);
    await expect(records.update(key, () => undefined)).rejects.toMatchObject(newer);
    expect(await store.get(key)).toEqual({ version, text });
    expect(setAside).toEqual([]);
    // A person may want it forgotten all the same.
    await records.forget(key);
    expect(await store.get(key)).toBeUndefined();
  });

  const damaged: readonly string[] = [
    '',
    'null',
    '[]',
    '"text"',
    '{',
    '{}',
    '{"v":0}',
    '{"v":"2"}',
    '{"v":1}',
  ];
  test.each(allKinds.flatMap((of) => damaged.map((text) => [of, text] as const)))(
    'S01, S02: a %s record that is %s is set aside, told, and counts as none',
    async (of, text) => {
      const { store, records, setAside } = open();
      const aside = vi.spyOn(store, 'setAside');
      const { key } = samples()[of];
      const version = await create(store, key, text);
      expect(await records.read(key)).toBeUndefined();
      expect(setAside).toEqual([key]);
      expect(aside.mock.calls).toEqual([[key, version]]);
      expect(await records.read(key)).toBeUndefined();
      expect(setAside).toHaveLength(1);
    },
  );

  test('S01: what the home has set aside itself is told, and counts as none; other failures are passed on', async () => {
    const { store, setAside } = open();
    const { key } = samples().pin;
    for (const [code, passes] of [
      ['record_corrupt', false],
      ['store_failed', true],
      ['record_newer', true],
    ] as const) {
      const get = vi.spyOn(store, 'get').mockRejectedValue(new AuthError(failure(code, 'storing', 'No.')));
      const records = new Records(store, (at) => setAside.push(at));
      if (passes) await expect(records.read(key)).rejects.toMatchObject({ code });
      else expect(await records.read(key)).toBeUndefined();
      get.mockRestore();
    }
    expect(setAside).toEqual([key]);
    vi.spyOn(store, 'get').mockRejectedValue(new TypeError('a defect of the home'));
    await expect(new Records(store).read(key)).rejects.toThrow(TypeError);
  });
});

describe('S05: a write', () => {
  const { key, value } = samples().login;
  const theirs = { ...value, holder: 'somebody else' };

  test('over what was read loses to whoever was faster', async () => {
    const { records, textOf } = open();
    expect(await records.write(key, value, undefined)).toEqual(expect.any(String));
    const before = await records.read(key);
    expect(await records.write(key, theirs, before)).toEqual(expect.any(String));
    expect(await records.write(key, value, before)).toBeUndefined();
    expect(await records.write(key, value, undefined)).toBeUndefined();
    expect(await records.remove(key, before?.version ?? '')).toBe(false);
    expect(await textOf(key)).toEqual(theirs);
    expect(await records.remove(key, (await records.read(key))?.version ?? '')).toBe(true);
    expect(await records.read(key)).toBeUndefined();
  });

  test.each([
    [7, true],
    [8, false],
  ])('of an update is tried again after %i lost races: %s', async (lost, isDone) => {
    const { store, records, textOf } = open();
    const { put } = store;
    let races = 0;
    store.put = async (at, text, expected) => {
      if (races === lost) return put(at, text, expected);
      races += 1;
      await put(at, JSON.stringify({ ...theirs, holder: `faster ${races}` }), expected);
      return undefined;
    };
    const seen: unknown[] = [];
    const updated = records.update(key, (before) => {
      seen.push(before?.holder);
      return value;
    });
    if (isDone) {
      expect(await updated).toEqual({ version: (await store.get(key))?.version, value, stored: value });
      expect(await textOf(key)).toEqual(value);
    } else
      await expect(updated).rejects.toMatchObject({
        code: 'store_conflict',
        phase: 'storing',
        recovery: 'retry-later',
      });
    expect(seen).toEqual([undefined, ...Array.from({ length: 7 }, (_, index) => `faster ${index + 1}`)]);
  });

  test('of an update that changes nothing is none', async () => {
    const { store, records } = open();
    expect(await records.update(key, () => undefined)).toBeUndefined();
    const version = await create(store, key, JSON.stringify(value));
    const put = vi.spyOn(store, 'put');
    expect(await records.update(key, () => undefined)).toEqual({ version, value, stored: value });
    expect(put).not.toHaveBeenCalled();
  });

  test.each([
    [7, true],
    [8, false],
  ])('of others does not keep a record from being forgotten, %i times: %s', async (lost, isDone) => {
    const { store, records } = open();
    await create(store, key, JSON.stringify(value));
    const remove = store.delete;
    let races = 0;
    store.delete = async (at, version) => {
      if (races === lost) return remove(at, version);
      races += 1;
      await store.put(at, JSON.stringify(theirs), version);
      return false;
    };
    if (isDone) await records.forget(key);
    else
      await expect(records.forget(key)).rejects.toMatchObject({ code: 'store_conflict', phase: 'storing' });
    expect((await store.get(key)) === undefined).toBe(isDone);
    expect(races).toBe(lost);
  });
});

describe('a binding', () => {
  const { value } = samples().binding;
  const issuer = 'https://as.example';

  test('says what it says of an issuer, and nothing of a name that every object has', () => {
    expect(boundAt(value, issuer)).toEqual(value.servers[issuer]);
    for (const name of ['https://other.example', 'constructor', '__proto__', ''])
      expect(boundAt(value, name), name).toBeUndefined();
    expect(boundAt(undefined, issuer)).toBeUndefined();
  });

  test('names every grant, also of clients that were replaced', () => {
    const { formerGrantKeys: _, ...bound } = value.servers[issuer] ?? expect.unreachable();
    const other = { ...bound, grantKey: keys.grant('https://b.example', 'b', value.session) };
    const session = value.session;
    expect(grantKeysOf({ ...value, servers: { ...value.servers, 'https://b.example': other } })).toEqual([
      keys.grant(issuer, 'client', session),
      keys.grant(issuer, 'former client', session),
      other.grantKey,
    ]);
    expect(grantKeysOf(undefined)).toEqual([]);
  });
});
