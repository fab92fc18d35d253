// The app chart of examples/xstate at the playground: login, call, step-up, denial, failure, retry, logout, output.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createActor, toPromise, waitFor } from 'xstate';
import { loopbackUserAgent } from '../../adapters/node.ts';
import { type AppEmitted, appMachine } from '../../examples/xstate/app.ts';
import { visit } from '../../examples/xstate/person.ts';
import { createAuthEngine, type Engine } from '../../index.ts';
import { type Playground, startPlayground } from '../../playground/playground.ts';

let world: Playground;
let engine: Engine;
beforeEach(async () => {
  world = await startPlayground();
  const userAgent = loopbackUserAgent({ open: async () => {} });
  engine = createAuthEngine({ client: { name: 'XState example' }, userAgent });
});
afterEach(async () => {
  await engine.dispose();
  await world.close();
});

/** Starts the app; a person visits each page that it shows. */
function startApp() {
  const app = createActor(appMachine(engine), { input: { resource: world.resource } });
  const told: AppEmitted[] = [];
  app.on('*', (event) => told.push(event));
  app.on('page', ({ url }) => void visit(url));
  app.start();
  const until = (state: Parameters<ReturnType<typeof app.getSnapshot>['matches']>[0]) =>
    waitFor(app, (snapshot) => snapshot.matches(state), { timeout: 20_000 });
  const kinds = () => told.map(({ type }) => type);
  return { app, told, kinds, until };
}

const logins = (): number => world.exchanges.filter(({ path }) => path.startsWith('/auth')).length;

describe('the example for XState hosts', () => {
  it('AUTHZ-11, HOST-1: asks nobody by itself, shows the page when asked, calls, and ends with its output', async () => {
    const { app, told, until, kinds } = startApp();
    await waitFor(app, ({ context }) => context.standing === 'away');
    expect(app.getSnapshot().value).toBe('offline');
    expect(logins()).toBe(0);

    app.send({ type: 'connect' });
    await until({ online: 'waiting' });
    expect(kinds()).toEqual(['page']);
    app.send({ type: 'call', tool: 'read_note' });
    await waitFor(app, ({ context }) => context.answers.length === 1);
    expect(told[1]).toMatchObject({ type: 'answer', text: expect.not.stringMatching(/^HTTP/) });

    const output = toPromise(app);
    app.send({ type: 'quit' });
    expect(await output).toEqual({ answers: [expect.any(String)] });
    expect(JSON.stringify(app.getPersistedSnapshot())).not.toMatch(/eyJ|access_token|code=/);
  });

  it('STEP-1, STEP-5: asks for the scopes that a tool needs when the person allows it, and calls it then', async () => {
    const { app, told, until, kinds } = startApp();
    app.send({ type: 'connect' });
    await until({ online: 'waiting' });
    app.send({ type: 'call', tool: 'write_note' });
    await until({ online: 'missingScopes' });
    expect(told.at(-1)).toEqual({ type: 'missing', scopes: ['notes:write'] });
    app.send({ type: 'allow' });
    await waitFor(app, ({ context }) => context.answers.length === 1, { timeout: 20_000 });
    expect(kinds()).toEqual(['page', 'missing', 'page', 'answer']);
    expect(app.getSnapshot().context.answers[0]).not.toMatch(/^HTTP/);
    app.send({ type: 'quit' });
  });

  it('STEP-5: goes on without them when the person does not', async () => {
    const { app, until } = startApp();
    app.send({ type: 'connect' });
    await until({ online: 'waiting' });
    app.send({ type: 'call', tool: 'write_note' });
    await until({ online: 'missingScopes' });
    app.send({ type: 'deny' });
    app.send({ type: 'call', tool: 'read_note' });
    await waitFor(app, ({ context }) => context.answers.length === 1);
    app.send({ type: 'quit' });
  });

  it('shows why a login failed, and tries again when asked', async () => {
    const { app, told, until } = startApp();
    world.denyNextConsent();
    app.send({ type: 'connect' });
    await until('troubled');
    expect(told.at(-1)).toMatchObject({ type: 'trouble', failure: { code: 'access_denied' } });
    app.send({ type: 'retry' });
    await waitFor(app, (snapshot) => snapshot.matches('online') || snapshot.matches('troubled'));
    app.send({ type: 'connect' });
    await until('online');
    app.send({ type: 'quit' });
  });

  it('is offline when the chart of the engine is logged out', async () => {
    const { app, until } = startApp();
    app.send({ type: 'connect' });
    await until('online');
    app.getSnapshot().children.auth?.send({ type: 'user.logout' });
    await until('offline');
    app.send({ type: 'quit' });
  });
});
