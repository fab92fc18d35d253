// Many sessions in one engine: two resources, two servers, several people, in any order; nobody gets another's token.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engine, memoryStore, type Session } from '../../index.ts';
import { testEngine, tokenOf } from '../support/engine.ts';
import { type Received, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const people = ['', 'ada', 'ben', 'ada/ben'];
const labels = ['', 'work'];

/** Each session, and the name under which it shows up at the resource. */
interface Party {
  readonly name: string;
  readonly session: Session;
}

function partiesOf(engine: Engine, resources: readonly string[]): readonly Party[] {
  return resources.flatMap((resource) =>
    people.flatMap((subject) =>
      labels.map((label) => ({
        name: JSON.stringify([new URL(resource).pathname, subject, label]),
        session: engine.session({ resource, subject, label }),
      })),
    ),
  );
}

const call = ({ name, session }: Party) =>
  session.fetch(session.id.resource, { method: 'POST', headers: { 'x-party': name }, body: '{}' });

/** The same parties in another order for each seed. */
function shuffled(parties: readonly Party[], seed: string): readonly Party[] {
  const rank = ({ name }: Party) =>
    createHash('sha256')
      .update(seed + name)
      .digest('hex');
  return [...parties].sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
}

/** Every party once, in an order by the seed: half of them at the same time, meanwhile the others one by one. */
async function callAll(parties: readonly Party[], seed: string): Promise<void> {
  const order = shuffled(parties, seed);
  const half = order.length / 2;
  const together = Promise.all(order.slice(0, half).map(call));
  const statuses: number[] = [];
  for (const party of order.slice(half)) statuses.push((await call(party)).status);
  statuses.push(...(await together).map(({ status }) => status));
  expect(statuses).toEqual(parties.map(() => 200));
}

const bearerOf = ({ headers }: Received) => /^Bearer (.+)$/.exec(headers['authorization'] ?? '')?.[1];

/** Of each token: the request that it was issued to. */
function origins(): ReadonlyMap<string, Received> {
  const issued = new Map<string, Received>();
  for (const { request, answer } of world.exchanges) {
    if (request.path !== '/token') continue;
    const { access_token, refresh_token } = answer.body as Record<string, string | undefined>;
    for (const token of [access_token, refresh_token]) if (token !== undefined) issued.set(token, request);
  }
  return issued;
}

/** Nobody but its party shows a token, nowhere but at its resource; and refresh tokens go home. */
function expectOrder(): void {
  const issued = origins();
  const owners = new Map<string, string>();
  for (const request of world.requests('resource', 'POST')) {
    const token = bearerOf(request);
    if (token === undefined) continue;
    const party = request.headers['x-party'] ?? '';
    expect(owners.get(token) ?? party).toBe(party);
    owners.set(token, party);
    expect(issued.get(token)?.form.get('resource')).toBe(`${world.origins.resource}${request.path}`);
  }
  for (const place of ['a', 'b'] as const) {
    for (const { form } of world.requests(place, 'POST', '/token')) {
      expect(form.get('client_id')).toMatch(new RegExp(`^client-${place}-`));
      const before = issued.get(form.get('refresh_token') ?? '');
      if (form.get('grant_type') !== 'refresh_token') continue;
      expect(before?.at).toBe(place);
      expect(form.get('resource')).toBe(before?.form.get('resource'));
      expect(form.get('client_id')).toBe(before?.form.get('client_id'));
    }
  }
  const refused = world.exchanges.filter(({ request, answer }) => request.path === '/token' && answer.status);
  expect(refused).toEqual([]);
}

/** The servers of the two resources change places. */
function swap(): void {
  const other = world.resources.get('/other') ?? {};
  const { resource } = world.documents;
  const before = resource['authorization_servers'];
  resource['authorization_servers'] = other['authorization_servers'];
  other['authorization_servers'] = before;
}

describe('two resources, two servers, several people', () => {
  it.each([1, 2])('BIND-12, M03, S06: interleaved, run %i', async (run) => {
    const resources = [world.resource, world.addResource('/other', 'b')];
    const store = memoryStore();
    const { engine } = testEngine(world.resource, { store });
    const parties = partiesOf(engine, resources);
    await callAll(parties, `${run}.1`);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(parties.length / 2);
    expect(world.requests('b', 'GET', '/authorize')).toHaveLength(parties.length / 2);
    world.expireAccessTokens();
    await callAll(parties, `${run}.2`);
    swap();
    await callAll(parties, `${run}.3`);
    world.expireAccessTokens();
    await callAll(partiesOf(testEngine(world.resource, { store }).engine, resources), `${run}.4`);
    swap();
    // What was issued before the swap died meanwhile, and is renewed: nobody logs in a third time.
    await Promise.all(parties.map(call));
    await callAll(parties, `${run}.5`);
    for (const place of ['a', 'b'] as const)
      expect(world.requests(place, 'GET', '/authorize')).toHaveLength(parties.length);
    expectOrder();
  });

  it('BIND-12: what one party forgets, the others keep', async () => {
    const resources = [world.resource, world.addResource('/other', 'b')];
    const { engine } = testEngine(world.resource, { policy: { interaction: 'ask' } });
    const parties = partiesOf(engine, resources);
    for (const { session } of parties) await session.login();
    const [first, ...others] = parties;
    await first?.session.logout();
    const tokens = await Promise.all(others.map(({ session }) => session.token()));
    expect(new Set(tokens).size).toBe(others.length);
    await callAll(others, 'others');
    expect(first && (await tokenOf(first.session))).toBeUndefined();
    expect([
      ...world.requests('a', 'POST', '/revoke'),
      ...world.requests('b', 'POST', '/revoke'),
    ]).toHaveLength(2);
    expectOrder();
  });

  it('BIND-12: one party, asked for twice, is one session; keys do not run into each other', () => {
    const { engine } = testEngine(world.resource);
    const names = ['x', 'x y', 'x","y', ''];
    const sessions = names.flatMap((subject) =>
      names.map((label) => engine.session({ resource: world.resource, subject, label })),
    );
    expect(new Set(sessions).size).toBe(names.length ** 2);
    expect(engine.session({ resource: world.resource, subject: 'x', label: '' })).toBe(sessions[3]);
  });
});
