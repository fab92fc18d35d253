// What siblings do to the records of a session is told to the chart, once each, whenever it happens.
import { describe, expect, it } from 'vitest';
import { heedSiblings } from '../../../actors/session/heedSiblings.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import type { KnownRecords, SiblingReport } from '../../../contract/work.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { settle, store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session } = of.pending.value;
const issuer = of.registration.value.issuer;
const pendingKey = of.pending.key;
const bearer = { dpopKey: undefined, tokenType: undefined };
const open = { spent: undefined, response: undefined };
const underWay = { pendingKey, asked: undefined };

/** @param knownOf what the chart knows of what `before` has stored. */
async function heeding(
  known: Partial<KnownRecords>,
  before: (tools: Tools) => Promise<unknown> = async () => {},
  knownOf: (version: string) => Partial<KnownRecords> = () => ({}),
) {
  const { tools, clock } = toolsFor();
  const made = await before(tools);
  const told: SiblingReport[] = [];
  const ending = new AbortController();
  const all = {
    session,
    grant: null,
    foundGrant: null,
    pendingKey: null,
    ...known,
    ...knownOf(String(made)),
  };
  const listening = heedSiblings(tools, all, (report) => told.push(report), ending.signal);
  await settle();
  /** Changes something, and waits for what is told of it. */
  const toldAfter = async (change: () => Promise<unknown>): Promise<readonly SiblingReport[]> => {
    const first = told.length;
    await change();
    await settle();
    return told.slice(first);
  };
  const end = async (): Promise<void> => {
    ending.abort();
    await listening;
  };
  return { tools, clock, told, ending, toldAfter, end };
}

const bound = async (tools: Tools): Promise<string> => {
  await store(tools, 'binding');
  return store(tools, 'grant', bearer);
};

describe('a chart that waits for no login', () => {
  it('TOK-13: hears of a grant that is there before it listens, once', async () => {
    let version = '';
    const { told, end } = await heeding({}, async (tools) => {
      version = await bound(tools);
    });
    expect(told).toEqual([{ type: 'grant.changed', grantVersion: version }]);
    await end();
  });

  it.each<[string, (version: string) => Partial<KnownRecords>]>([
    ['has', (version) => ({ grant: { issuer, version } })],
    ['has found', (foundGrant) => ({ foundGrant })],
  ])('TOK-13: hears nothing of a grant that it %s', async (_what, knownOf) => {
    const { told, end } = await heeding({}, bound, knownOf);
    expect(told).toEqual([]);
    await end();
  });

  it('TOK-13: hears of each change of its grant, and of its end', async () => {
    const { tools, told, toldAfter, end } = await heeding({}, bound);
    expect(told).toHaveLength(1);
    let version = '';
    expect(
      await toldAfter(async () => {
        version = await store(tools, 'grant', { ...bearer, accessToken: 'theirs' });
      }),
    ).toEqual([{ type: 'grant.changed', grantVersion: version }]);
    expect(await toldAfter(() => tools.records.forget(of.grant.key))).toEqual([
      { type: 'grant.changed', grantVersion: null },
    ]);
    expect(await toldAfter(() => tools.records.forget(of.binding.key))).toEqual([]);
    await end();
  });

  it('BIND-8: hears of the grant that it has, also where the resource is bound elsewhere', async () => {
    const elsewhere = 'https://b.example';
    const servers = { ...of.binding.value.servers, [elsewhere]: of.binding.value.servers[issuer] };
    let version = '';
    const { tools, told, toldAfter, end } = await heeding(
      { grant: { issuer, version: 'old' } },
      async (given) => {
        version = await bound(given);
        await store(given, 'binding', { current: elsewhere, servers: servers as never });
      },
    );
    expect(told).toEqual([{ type: 'grant.changed', grantVersion: version }]);
    expect(await toldAfter(() => tools.records.forget(of.grant.key))).toEqual([
      { type: 'grant.changed', grantVersion: null },
    ]);
    await end();
  });

  it('TOK-13: hears nothing of logins, and answers for none', async () => {
    const { tools, told, toldAfter, end } = await heeding({}, (given) =>
      store(given, 'login', { pendingKey, holder: 'here', asked: 'another' }),
    );
    expect(told).toEqual([]);
    expect(await toldAfter(() => store(tools, 'pending', { spent: undefined }))).toEqual([]);
    expect((await stored(tools, 'login'))?.asked).toBe('another');
    await end();
  });

  it('TOK-13: hears nothing after the signal', async () => {
    const { tools, ending, toldAfter, end } = await heeding({});
    ending.abort();
    expect(await toldAfter(() => bound(tools))).toEqual([]);
    await end();
  });

  it('TOK-13: hears later of what it could not hear at once, where the home has failed', async () => {
    const { tools, clock, toldAfter, end } = await heeding({}, async ({ records }) => {
      const read = records.read.bind(records);
      records.read = (...args) => {
        records.read = read;
        return Promise.reject(new Error(`of ${args.length}`));
      };
    });
    expect(await toldAfter(() => bound(tools))).toEqual([]);
    expect(await toldAfter(async () => clock.pass(4_999))).toEqual([]);
    expect(await toldAfter(async () => clock.pass(1))).toMatchObject([{ type: 'grant.changed' }]);
    await end();
  });
});

describe('a chart that waits for a login', () => {
  const waiting = async (tools: Tools): Promise<void> => {
    await store(tools, 'pending', open);
    await store(tools, 'login', underWay);
  };
  const known = { pendingKey };

  it('AUTHZ-12: hears of its answer', async () => {
    const { tools, told, toldAfter, end } = await heeding(known, waiting);
    expect(told).toEqual([]);
    const heard = await toldAfter(() => store(tools, 'pending', { spent: undefined, response: 'answer' }));
    expect(heard).toEqual([{ type: 'response.received', pendingKey }]);
    expect(await toldAfter(() => store(tools, 'pending', { spent: true, response: 'answer' }))).toEqual([]);
    await end();
  });

  it('AUTHZ-12: hears that another login has taken its place', async () => {
    const { tools, toldAfter, end } = await heeding(known, waiting);
    const another = { ...underWay, pendingKey: keys.pending('another'), holder: 'here', asked: 'them' };
    expect(await toldAfter(() => store(tools, 'login', another))).toEqual([{ type: 'login.replaced' }]);
    expect((await stored(tools, 'login'))?.asked).toBe('them');
    await end();
  });

  it('AUTHZ-12: hears why it has ended', async () => {
    const { tools, toldAfter, end } = await heeding(known, waiting);
    const ended = { code: 'access_denied', phase: 'authorizing', recovery: 'none', message: 'They said no.' };
    expect(await toldAfter(() => store(tools, 'login', { ...underWay, ended }))).toMatchObject([
      { type: 'login.ended', failure: { code: 'access_denied', message: 'They said no.' } },
    ]);
    await end();
  });

  it('AUTHZ-12: hears that it is gone', async () => {
    const { tools, toldAfter, end } = await heeding(known, waiting);
    expect(await toldAfter(() => tools.records.forget(of.login.key))).toMatchObject([
      { type: 'login.ended', failure: { code: 'cancelled' } },
    ]);
    await end();
  });

  it('AUTHZ-12: hears of a grant before all else, and of none that is lost', async () => {
    const { tools, toldAfter, end } = await heeding(known, waiting);
    await store(tools, 'binding');
    const heard = await toldAfter(async () => {
      await store(tools, 'grant', bearer);
      await tools.records.forget(of.login.key);
    });
    expect(heard[0]).toMatchObject({ type: 'grant.changed', grantVersion: expect.any(String) });
    await store(tools, 'login', underWay);
    await settle();
    expect(await toldAfter(() => tools.records.forget(of.grant.key))).toEqual([]);
    await end();
  });

  it('BIND-8: hears of a grant where the resource is bound, whichever grant it has', async () => {
    const elsewhere = 'https://b.example';
    const { told, end } = await heeding(
      { ...known, grant: { issuer: elsewhere, version: 'theirs' } },
      async (tools) => {
        await waiting(tools);
        await bound(tools);
      },
    );
    expect(told).toMatchObject([{ type: 'grant.changed', grantVersion: expect.any(String) }]);
    await end();
  });

  it('C06: answers whoever asks whether this engine still holds it', async () => {
    const { tools, toldAfter, end } = await heeding(known, waiting);
    await toldAfter(() => store(tools, 'login', { pendingKey, holder: 'here', asked: 'another' }));
    expect(await stored(tools, 'login')).not.toHaveProperty('asked');
    await end();
  });
});
