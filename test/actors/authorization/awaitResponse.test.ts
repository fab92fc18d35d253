// A login that waits for the person: the page, the answer, and how it is left.
import { describe, expect, it } from 'vitest';
import { awaitResponse } from '../../../actors/authorization/awaitResponse.ts';
import { discardAuthorization } from '../../../actors/authorization/discardAuthorization.ts';
import { leaveLogin } from '../../../actors/authorization/leaveLogin.ts';
import { presentAuthorization } from '../../../actors/authorization/presentAuthorization.ts';
import { validateResponse } from '../../../actors/authorization/validateResponse.ts';
import { pendingFacts } from '../../../actors/records/facts.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import { failure } from '../../../contract/errors.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf, testHost } from '../../support/engine.ts';
import { store, stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session, server } = of.pending.value;
const { issuer } = server;
const never = new AbortController().signal;
const open = { spent: undefined, response: undefined };
const pending = pendingFacts(of.pending.key, of.pending.value);
const redirectUri = 'http://127.0.0.1/callback';

/** Tools with a user agent that does these things otherwise. */
function withUserAgent(change: Partial<Tools['userAgent']> = {}, more: Partial<Tools> = {}) {
  const released: string[] = [];
  const release = async (uri: string) => void released.push(uri);
  const userAgent = { ...testHost().userAgent, release, ...change };
  return { ...toolsFor({ userAgent, ...more }), released };
}

describe('a login that waits for the person', () => {
  it('AUTHZ-4: is presented as it was recorded, and attended meanwhile', async () => {
    const shown: unknown[] = [];
    const { tools, clock } = withUserAgent({
      present: async ({ signal: _, ...request }) => {
        shown.push(request, tools.attended.has(of.pending.key));
      },
    });
    await store(tools, 'pending', open);
    expect(await presentAuthorization(tools)({ session, pending }, never)).toEqual({ at: clock.now() });
    const { url, state } = of.pending.value;
    expect(shown).toEqual([{ session, url, redirectUri, state, issuer }, true]);
    expect(tools.attended.has(of.pending.key)).toBe(false);
  });

  const ours = `${redirectUri}?state=state&code=code&iss=${encodeURIComponent(issuer)}`;
  const foreign = `${redirectUri}?state=other&code=code`;

  it('AUTHZ-3: passes over the answers of others, and keeps its own', async () => {
    const asked: unknown[] = [];
    const { tools, clock } = withUserAgent({
      receive: async ({ signal: _, ...request }) => {
        asked.push(request, tools.attended.has(of.pending.key));
        return asked.length > 2 ? ours : foreign;
      },
    });
    await store(tools, 'pending', open);
    expect(await awaitResponse(tools)({ session, pending }, never)).toEqual({ at: clock.now() });
    const one = [{ session, redirectUri, state: 'state', issuer }, true];
    expect(asked).toEqual([...one, ...one]);
    expect((await stored(tools, 'pending'))?.response).toBe(ours);
    expect(tools.attended.has(of.pending.key)).toBe(false);
  });

  it('AUTHZ-3: gives up after 20 answers of others', async () => {
    let answers = 0;
    const receive = async (): Promise<string> => {
      answers += 1;
      return foreign;
    };
    const { tools } = withUserAgent({ receive });
    await store(tools, 'pending', open);
    expect(await failureOf(awaitResponse(tools)({ session, pending }, never))).toMatchObject({
      code: 'user_agent_failed',
      phase: 'authorizing',
      message: expect.stringContaining('20 other logins'),
    });
    expect(answers).toBe(20);
  });

  it('A17: asks for no answer where there is one', async () => {
    const { tools, clock } = withUserAgent({ receive: () => Promise.reject(new Error('asked')) });
    await store(tools, 'pending', { spent: undefined, response: 'answer' });
    expect(await awaitResponse(tools)({ session, pending }, never)).toEqual({ at: clock.now() });
  });

  it.each<[string, string | undefined, string | undefined, boolean]>([
    ['its own', ours, undefined, true],
    ['of another login', foreign, 'response_not_ours', false],
    ['with an error', `${redirectUri}?state=state&error=access_denied&iss=${issuer}`, 'access_denied', true],
    ['that is not there', undefined, expect.any(String), false],
  ])('AUTHZ-3: judges an answer %s', async (_what, response, code, isKept) => {
    const { tools, clock } = withUserAgent();
    await store(tools, 'pending', { spent: undefined, response });
    const judging = validateResponse(tools)({ session, pending }, never);
    if (code === undefined) expect(await judging).toEqual({ at: clock.now() });
    else expect((await failureOf(judging)).code).toEqual(code);
    expect((await stored(tools, 'pending'))?.response !== undefined).toBe(isKept);
  });
});

describe('a login that is left', () => {
  const held = async (more: Partial<Tools> = {}) => {
    const all = withUserAgent({}, more);
    await store(all.tools, 'pending', open);
    await store(all.tools, 'login', { pendingKey: of.pending.key, holder: 'here' });
    return { ...all, holder: async () => (await stored(all.tools, 'login'))?.holder };
  };

  it('AUTHZ-12: is free for others, and so is its redirect URI', async () => {
    const { tools, released, holder } = await held();
    await leaveLogin(tools, pending);
    expect([released, await holder()]).toEqual([[redirectUri], undefined]);
  });

  it('AUTHZ-12: stays where it is not held here, or still attended, or its engine goes down', async () => {
    const attended = await held();
    attended.tools.attended.enter(of.pending.key);
    await leaveLogin(attended.tools, pending);
    const closing = await held({ closing: AbortSignal.abort() });
    await leaveLogin(closing.tools, pending);
    const device = await held();
    await leaveLogin(device.tools, { ...pending, redirectUri: null });
    for (const { released, holder } of [attended, closing, device])
      expect([released, await holder()]).toEqual([[], 'here']);
    const theirs = await held();
    await store(theirs.tools, 'login', { pendingKey: of.pending.key, holder: 'there' });
    await leaveLogin(theirs.tools, pending);
    expect(theirs.released).toEqual([]);
  });

  it('AUTHZ-12: is left without a word where the store fails', async () => {
    const { tools } = await held();
    tools.records.read = () => Promise.reject(new Error('of the store'));
    await expect(leaveLogin(tools, pending)).resolves.toBeUndefined();
  });

  it('AUTHZ-12: is discarded with its record, its listener, and the right to begin', async () => {
    const { tools, clock, released } = await held();
    const at = keys.spend(keys.login(session));
    await tools.records.write(at, { v: 1, holder: 'here', version: '' }, undefined);
    await store(tools, 'device');
    const why = failure('access_denied', 'authorizing', 'No.');
    const all = { session, pending, redirectUri, failure: why };
    expect(await discardAuthorization(tools)(all, never)).toEqual({ at: clock.now() });
    expect(released).toEqual([redirectUri]);
    expect(await stored(tools, 'pending')).toBeUndefined();
    expect((await stored(tools, 'login'))?.ended?.code).toBe('access_denied');
    expect(await tools.records.read(at)).toBeUndefined();
    expect(await stored(tools, 'device')).toBeDefined();
  });

  it('EXT-6: is discarded with its device code, or with nothing where there was none', async () => {
    const { tools, released } = await held();
    await store(tools, 'device');
    const none = { session, pending: null, redirectUri: null, failure: null };
    await discardAuthorization(tools)(none, never);
    expect(await stored(tools, 'device')).toBeDefined();
    const device = { ...pending, key: of.device.key, redirectUri: null };
    await discardAuthorization(tools)({ ...none, pending: device }, never);
    expect(await stored(tools, 'device')).toBeUndefined();
    expect(await stored(tools, 'pending')).toBeDefined();
    expect(released).toEqual([]);
  });
});
