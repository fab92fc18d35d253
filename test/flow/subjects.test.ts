// Whose browser a response came with has to be said: whoever leaves it out finishes a login of nobody in particular only.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anySubject, type CompleteOptions } from '../../index.ts';
import { failureOf, personsTurn, testEngine, testHost, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** Begins a login of this subject, and completes it so. @returns how that ended. */
async function completed(subject: string | undefined, options: CompleteOptions | undefined): Promise<string> {
  const { userAgent, presented } = testHost();
  const { engine } = testEngine(world.resource, { userAgent, policy: { interaction: 'ask' } });
  const session = engine.session({ resource: world.resource, ...(subject !== undefined && { subject }) });
  const login = session.login().catch(() => undefined);
  await personsTurn(session);
  const callback = await visit(presented[0]);
  const work = engine.complete(callback, ...(options ? [options] : []));
  const ended = await work.then(
    () => 'done',
    (error: { readonly code: string }) => error.code,
  );
  if (ended !== 'done') expect(session.snapshot.hasTag('needsUser')).toBe(true);
  await engine.dispose();
  await Promise.race([login, Promise.resolve()]);
  return ended;
}

const REFUSED = 'response_not_ours';

describe('AUTHZ-10: a response', () => {
  it.each<[what: string, change: (url: URL) => void, ended: string]>([
    ['as the browser has it', () => {}, 'done'],
    ['with a fragment of a page', (url) => (url.hash = '#top'), 'done'],
    ['at another path', (url) => (url.pathname = '/other'), REFUSED],
    ['at a path below', (url) => (url.pathname += '/x'), REFUSED],
    ['on another host', (url) => (url.hostname = 'evil.example'), REFUSED],
    ['on another port', (url) => (url.port = '8'), REFUSED],
    ['by another scheme', (url) => (url.protocol = 'https:'), REFUSED],
  ])('%s: %s', async (_what, change, ended) => {
    const { userAgent, presented } = testHost();
    const { engine } = testEngine(world.resource, { userAgent, policy: { interaction: 'ask' } });
    const session = engine.session({ resource: world.resource });
    const login = session.login().catch(() => undefined);
    await personsTurn(session);
    const callback = new URL(await visit(presented[0]));
    change(callback);
    const outcome = await engine.complete(callback).then(
      () => 'done',
      (error: { readonly code: string }) => error.code,
    );
    expect(outcome).toBe(ended);
    expect(world.requests('a', 'POST', '/token')).toHaveLength(ended === 'done' ? 1 : 0);
    await engine.dispose();
    await login;
  });
});

describe('AUTHZ-13: a login', () => {
  it.each<[subject: string | undefined, options: CompleteOptions | undefined, ended: string]>([
    [undefined, undefined, 'done'],
    [undefined, {}, 'done'],
    [undefined, { subject: '' }, 'done'],
    [undefined, { subject: 'ann' }, REFUSED],
    [undefined, { subject: anySubject }, 'done'],
    ['ann', undefined, REFUSED],
    ['ann', {}, REFUSED],
    ['ann', { subject: '' }, REFUSED],
    ['ann', { subject: 'bob' }, REFUSED],
    ['ann', { subject: 'Ann' }, REFUSED],
    ['ann', { subject: 'ann' }, 'done'],
    ['ann', { subject: anySubject }, 'done'],
  ])('of %s, completed with %o: %s', async (subject, options, ended) => {
    expect(await completed(subject, options)).toBe(ended);
  });

  it('A17: of somebody else is not disturbed by a response that is refused', async () => {
    const { userAgent, presented } = testHost();
    const { engine } = testEngine(world.resource, { userAgent, policy: { interaction: 'ask' } });
    const session = engine.session({ resource: world.resource, subject: 'ann' });
    const login = session.login();
    await personsTurn(session);
    const callback = await visit(presented[0]);
    expect((await failureOf(engine.complete(callback, { subject: 'mallory' }))).code).toBe(REFUSED);
    await engine.complete(callback, { subject: 'ann' });
    await login;
  });
});
