// What a session looks up in its records: which servers hold what, and whether a page was shown a moment ago.
import { describe, expect, it } from 'vitest';
import { holdingsOf } from '../../engine/holdings.ts';
import { AT_ONCE, isJustShown } from '../../engine/justShown.ts';
import { memoryStore } from '../../index.ts';
import { keys, Records } from '../../stores/records.ts';
import { samples } from '../stores/recordSamples.ts';
import { full } from './contexts.ts';

describe('the holdings of a session', () => {
  it('BIND-8: are none where it was never bound', async () => {
    expect(await holdingsOf(new Records(memoryStore()), full.session)).toEqual([]);
  });

  it('BIND-8: are those of the current server first, and of the others the newest first', async () => {
    const records = new Records(memoryStore());
    const { grant, binding } = samples();
    const [bound] = Object.values(binding.value.servers);
    if (!bound) throw new Error('The sample is bound.');
    const { session } = binding.value;
    const at = (issuer: string, boundAt: number) => {
      const grantKey = keys.grant(issuer, bound.clientId, session);
      return { ...bound, grantKey, boundAt, scopes: [issuer] };
    };
    const { expiresAt: _, refreshToken: __, ...lasting } = grant.value;
    const servers = {
      'https://a.example': at('https://a.example', 1),
      'https://b.example': at('https://b.example', 3),
      'https://c.example': at('https://c.example', 2),
      'https://d.example': at('https://d.example', 4),
      // Its grant is somebody else's.
      'https://e.example': at('https://e.example', 0),
    };
    await records.write(
      keys.binding(session),
      { ...binding.value, current: 'https://c.example', servers },
      undefined,
    );
    const granted = async (issuer: string, value: typeof grant.value | typeof lasting): Promise<unknown> =>
      records.write(keys.grant(issuer, bound.clientId, session), value as typeof grant.value, undefined);
    await granted('https://a.example', { ...lasting, issuer: 'https://a.example' });
    await granted('https://c.example', { ...grant.value, issuer: 'https://c.example', granted: ['read'] });
    await granted('https://e.example', { ...grant.value, issuer: 'https://a.example' });
    const { kind } = bound;
    expect(await holdingsOf(records, session)).toStrictEqual([
      {
        issuer: 'https://c.example',
        isCurrent: true,
        kind,
        scopes: ['https://c.example'],
        grant: { granted: ['read'], expiresAt: grant.value.expiresAt, renewable: true },
      },
      { issuer: 'https://d.example', isCurrent: false, kind, scopes: ['https://d.example'] },
      { issuer: 'https://b.example', isCurrent: false, kind, scopes: ['https://b.example'] },
      {
        issuer: 'https://a.example',
        isCurrent: false,
        kind,
        scopes: ['https://a.example'],
        grant: { granted: grant.value.granted, renewable: false },
      },
      { issuer: 'https://e.example', isCurrent: false, kind, scopes: ['https://e.example'] },
    ]);
  });
});

describe('the page of a login', () => {
  const { key, value } = samples().pending;
  const pending = { ...(full.pending ?? expect.unreachable()), key, requested: ['read', 'write'] };
  const snapshotOf = (change: object) =>
    ({ context: { ...full, pending, presented: key, ...change } }) as unknown as Parameters<
      typeof isJustShown
    >[1];

  async function shown(
    change: object,
    scopes: readonly string[],
    age = 0,
    createdAt: number | undefined = 5_000,
  ): Promise<boolean> {
    const records = new Records(memoryStore());
    const { createdAt: _, ...rest } = value;
    await records.write(key, { ...rest, ...(createdAt !== undefined && { createdAt }) }, undefined);
    return isJustShown({ records, now: () => 5_000 + age }, snapshotOf(change), scopes);
  }

  it('AUTHZ-12: was shown a moment ago, for all that is asked for', async () => {
    expect(await shown({}, ['read'])).toBe(true);
    expect(await shown({}, [], AT_ONCE - 1)).toBe(true);
    expect(await shown({}, [], AT_ONCE)).toBe(false);
    expect(await shown({}, ['read', 'admin'])).toBe(false);
  });

  it('AUTHZ-12: was not shown from here, or nobody knows when', async () => {
    expect(await shown({ pending: null, presented: null }, [])).toBe(false);
    expect(await shown({ pending: null }, [])).toBe(false);
    expect(await shown({ presented: null }, [])).toBe(false);
    expect(await shown({ presented: 'pending:another' }, [])).toBe(false);
    const gone = { pending: { ...pending, key: 'pending:gone' }, presented: 'pending:gone' };
    expect(await shown(gone, [])).toBe(false);
    const records = new Records(memoryStore());
    const { createdAt: _, ...rest } = value;
    await records.write(key, rest, undefined);
    expect(await isJustShown({ records, now: () => 0 }, snapshotOf({}), [])).toBe(false);
  });
});
