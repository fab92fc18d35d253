// TOK-5: servers that take no refresh without the parameter scope: told once, and remembered.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineOptions, memoryStore } from '../../index.ts';
import { callTool, standing, testEngine, textsOf } from '../support/engine.ts';
import { type Answer, type Received, startWorld, type World } from '../support/world.ts';

const demand = {
  error: 'invalid_request',
  error_description: "AADSTS900144: The request body must contain the following parameter: 'scope'.",
};

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.documents.resource['scopes_supported'] = ['read', 'write'];
});
afterEach(() => world.close());

const isRefresh = ({ form }: Received): boolean => form.get('grant_type') === 'refresh_token';
const refreshes = () => world.requests('a', 'POST', '/token').filter(isRefresh);
const scopes = () => refreshes().map(({ form }) => form.get('scope'));

/** A answers refreshes without scope like this, and all others as a correct server. */
function refuseWithoutScope(answer: Answer = { status: 400, body: demand }): void {
  world.script('a POST /token', (one) => (isRefresh(one) && !one.form.has('scope') ? answer : undefined));
}

const byHand = (): Partial<EngineOptions> => ({
  client: { name: 'tests', preRegistered: [{ issuer: world.origins.a, clientId: 'by-hand' }] },
});

describe('a server that demands the scopes in refreshes', () => {
  it.each<[string, () => Partial<EngineOptions>]>([
    ['registered dynamically', () => ({})],
    ['pre-registered', byHand],
  ])(
    'TOK-5, STEP-3: gets those that were granted, with the same token; and at once from then on: %s',
    async (_what, options) => {
      refuseWithoutScope();
      const store = memoryStore();
      const { session, engine } = testEngine(world.resource, { store, ...options() });
      expect((await callTool(session, 'any')).status).toBe(200);
      world.expireAccessTokens();
      expect((await callTool(session, 'any')).status).toBe(200);
      expect(scopes()).toEqual([null, 'read write']);
      const [first, second] = refreshes();
      expect(second?.form.get('refresh_token')).toBe(first?.form.get('refresh_token'));
      // The next refresh of the same grant; and, after another login and a restart, the first one of another.
      world.expireAccessTokens();
      expect((await callTool(session, 'any')).status).toBe(200);
      await session.login({ again: true });
      await engine.dispose();
      world.expireAccessTokens();
      const later = testEngine(world.resource, { store, ...options() }).session;
      expect((await callTool(later, 'any')).status).toBe(200);
      expect(scopes().slice(2)).toEqual(['read write', 'read write']);
      expect(world.requests('a', 'GET', '/authorize')).toHaveLength(2);
      expect(await textsOf(store, 'spend:')).toEqual([]);
    },
  );

  it('TOK-5: gets one more request and no third', async () => {
    world.script('a POST /token', (one) => (isRefresh(one) ? { status: 400, body: demand } : undefined));
    const store = memoryStore();
    const { session } = testEngine(world.resource, { store, policy: { interaction: 'ask' } });
    await session.login();
    world.expireAccessTokens();
    expect((await callTool(session, 'any')).status).toBe(401);
    expect(scopes()).toEqual([null, 'read write']);
    // Nobody is kept from trying, and nothing is remembered that did not work.
    expect(await textsOf(store, 'spend:')).toEqual([]);
    expect((await textsOf(store)).join()).not.toContain('refreshNamesScope');
  });

  it.each<[string, Answer]>([
    [
      'another parameter',
      { status: 400, body: { error: 'invalid_request', error_description: 'No client_id.' } },
    ],
    ['nothing', { status: 400, body: { error: 'invalid_request' } }],
    [
      'a dead token',
      { status: 400, body: { error: 'invalid_grant', error_description: 'The scope is gone.' } },
    ],
    ['an outage', { status: 503, body: demand }],
  ])('TOK-5: one that names %s gets no second request', async (_what, answer) => {
    refuseWithoutScope(answer);
    const { session } = testEngine(world.resource, { policy: { interaction: 'ask' } });
    await session.login();
    world.expireAccessTokens();
    await callTool(session, 'any');
    expect(scopes()).toEqual([null]);
  });

  it('TOK-5: one that granted no scope cannot be told any', async () => {
    delete world.documents.resource['scopes_supported'];
    refuseWithoutScope();
    const { session } = testEngine(world.resource, { policy: { interaction: 'ask' } });
    await session.login();
    world.expireAccessTokens();
    await callTool(session, 'any');
    expect(scopes()).toEqual([null]);
    expect(standing(session)).toContain('failed');
  });

  it('TOK-5, C10: siblings wait for both requests, and nobody sends the token a third time', async () => {
    const store = memoryStore();
    const first = testEngine(world.resource, { store }).session;
    await first.login();
    const second = testEngine(world.resource, { store }).session;
    await second.token();
    refuseWithoutScope();
    world.expireAccessTokens();
    const answers = await Promise.all([first, second].map((one) => callTool(one, 'any')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(scopes()).toEqual([null, 'read write']);
  });

  it('TOK-5: a store that fails afterwards spoils no renewal', async () => {
    const home = memoryStore();
    let isFull = false;
    const put: typeof home.put = async (key, ...of) => {
      if (isFull && key.startsWith('registration:')) throw new Error('full');
      return home.put(key, ...of);
    };
    refuseWithoutScope();
    const { session } = testEngine(world.resource, { store: { ...home, put } });
    await session.login();
    isFull = true;
    for (let times = 0; times < 2; times += 1) {
      world.expireAccessTokens();
      expect((await callTool(session, 'any')).status).toBe(200);
    }
    // The grant remembers it, too.
    expect(scopes()).toEqual([null, 'read write', 'read write']);
  });
});
