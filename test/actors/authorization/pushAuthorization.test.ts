// A request that is handed to the server itself: what is pushed, what the person carries then, and what a refusal means.
import { describe, expect, it } from 'vitest';
import { pushAuthorization } from '../../../actors/authorization/pushAuthorization.ts';
import { pendingFacts, serverFacts } from '../../../actors/records/facts.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { doorThat, type Reply } from '../door.ts';
import { store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session } = of.pending.value;
const authMethods = ['client_secret_basic', 'client_secret_post'];
const server = { ...serverFacts(of.pending.value.server), authMethods };
const { issuer } = server;
const never = new AbortController().signal;
const pushed: Reply = { status: 201, body: { request_uri: 'urn:of:the-request', expires_in: 60 } };
const url = `${issuer}/authorize?client_id=client&state=state&scope=read`;

async function pushing(reply: Parameters<typeof doorThat>[0], change: object = {}) {
  const door = doorThat(reply);
  const { tools, clock } = toolsFor({ doorOf: door.doorOf });
  await store(tools, 'pending', { spent: undefined, response: undefined, url, ...change });
  const pending = pendingFacts(of.pending.key, of.pending.value);
  const run = (at: object = server) =>
    pushAuthorization(tools)({ session, pending, server: at as typeof server }, never);
  return { tools, clock, door, run };
}

describe('a pushed request', () => {
  it('AUTHZ-10: is sent with its parameters, and the person carries a reference', async () => {
    const { tools, clock, door, run } = await pushing(() => pushed);
    expect(await run()).toEqual({ at: clock.now() });
    expect(door.asked.map((one) => [one.url, one.form])).toEqual([
      [`${issuer}/par`, { client_id: 'client', state: 'state', scope: 'read' }],
    ]);
    const left = new URL((await stored(tools, 'pending'))?.url ?? '');
    expect(left.origin + left.pathname).toBe(`${issuer}/authorize`);
    expect(Object.fromEntries(left.searchParams)).toEqual({
      client_id: 'client',
      request_uri: 'urn:of:the-request',
    });
  });

  it('AUTHZ-10: is not pushed again', async () => {
    const { clock, door, run } = await pushing(() => pushed);
    await run();
    expect(await run()).toEqual({ at: clock.now() });
    expect(door.asked).toHaveLength(1);
  });

  it('AUTHZ-10: that was ended meanwhile stays ended', async () => {
    const { tools, run } = await pushing(async () => {
      await tools.records.forget(of.pending.key);
      return pushed;
    });
    await run();
    expect(await stored(tools, 'pending')).toBeUndefined();
  });

  it('TOK-11: is pushed by another method where the server refuses the first, which is remembered', async () => {
    const { tools, run } = await pushing(({ form }) =>
      form['client_secret'] ? pushed : { status: 401, body: { error: 'invalid_client' } },
    );
    const place = keys.registration(issuer, 'host');
    await tools.records.write(place, of.registration.value, undefined);
    await run();
    expect((await stored(tools, 'pending'))?.client.authMethod).toBe('client_secret_post');
    expect((await tools.records.read(place))?.value.client.authMethod).toBe('client_secret_post');
  });

  it('AUTHZ-10: cannot be where the server names no endpoint', async () => {
    const { door, run } = await pushing(() => pushed);
    const silent = { ...server, pushedAuthorizationRequestEndpoint: undefined };
    expect(await failureOf(run(silent))).toMatchObject({
      code: 'server_metadata_invalid',
      phase: 'authorizing',
      issuer,
      message: expect.stringContaining(`${issuer} requires pushed requests`),
    });
    expect(door.asked).toHaveLength(0);
  });

  it.each<[string, Reply, object]>([
    ['authorization_refused', { status: 400, body: { error: 'invalid_scope' } }, { status: 400 }],
    ['server_unavailable', { status: 503 }, { status: 503 }],
  ])('AUTHZ-10: that is refused is %s', async (code, reply, details) => {
    const { tools, run } = await pushing(() => reply);
    expect(await failureOf(run())).toMatchObject({ code, phase: 'authorizing', issuer, ...details });
    expect((await stored(tools, 'pending'))?.url).toBe(url);
  });

  it('AUTHZ-10: that nobody answers fails in its own phase', async () => {
    const { run } = await pushing(() => Promise.reject(new TypeError('no answer')));
    expect((await failureOf(run())).phase).toBe('authorizing');
  });
});
