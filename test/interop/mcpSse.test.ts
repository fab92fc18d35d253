// `authchart/mcp` over the transport of 2024-11-05: a stream of events that is opened first, and requests beside it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mcpFetch } from '../../adapters/mcp.ts';
import { testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';
import { sseClients } from './mcpClients.ts';
import { type SseResource, startSseResource } from './sseResource.ts';

let world: World;
let resource: SseResource;
beforeEach(async () => {
  world = await startWorld();
  resource = await startSseResource(world);
});
afterEach(async () => {
  await resource.close();
  await world.close();
});

describe.each(Object.entries(sseClients))('HOST-1: %s over SSE', (_name, connect) => {
  it('connects, calls, and renews in mid-session, with one login', async () => {
    const { engine, session } = testEngine(resource.url);
    const client = await connect(session, mcpFetch(session));
    expect(await client.tools()).toEqual(['read_note']);
    world.expireAccessTokens();
    expect(await client.call('read_note', {})).toBe('The first note.');
    expect(world.lines('a').filter((line) => line === 'GET /authorize')).toHaveLength(1);
    await client.close();
    await engine.dispose();
  });

  it('says that a person has to log in, though the transport passes on no more than a text', async () => {
    const { engine, session } = testEngine(resource.url, { policy: { interaction: 'ask' } });
    const fetch = mcpFetch(session);
    const ended = await connect(session, fetch).catch((thrown: unknown) => String(thrown));
    expect(ended).toContain('call login()');
    expect(fetch.refused).toMatchObject({ code: 'interaction_required', recovery: 'ask-user' });
    await session.login();
    const client = await connect(session, fetch);
    expect(fetch.refused).toBeUndefined();
    await client.close();
    await engine.dispose();
  });
});
