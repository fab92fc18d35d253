// HOST-1, HOST-2: the input of the chart names a session as `engine.session` does, and is judged as its options are.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import type { AuthInput } from '../../index.ts';
import { testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const bad: readonly [string, unknown, string][] = [
  ['no input', undefined, 'input'],
  ['null', null, 'input'],
  ['a text', 'https://rs.example/mcp', 'input'],
  ['no resource', {}, 'input.resource'],
  ['no URL', { resource: 'rs.example' }, 'input.resource'],
  ['a URL of another scheme', { resource: 'ftp://rs.example' }, 'input.resource'],
  ['a subject that is no text', { resource: 'https://rs.example', subject: 5 }, 'input.subject'],
  ['a label that is no text', { resource: 'https://rs.example', label: null }, 'input.label'],
  [
    'an interaction that there is none',
    { resource: 'https://rs.example', interaction: 'always' },
    'input.interaction',
  ],
  ['a member that nobody knows', { resource: 'https://rs.example', scope: 'read' }, 'input.scope'],
];

describe('the input of engine.machine', () => {
  it.each(bad)(
    'HOST-2: %s is a typed error for the host’s own chart, and nothing is sent',
    async (_, input, about) => {
      const { engine } = testEngine(world.resource);
      const told: unknown[] = [];
      const host = setup({ actors: { auth: engine.machine } }).createMachine({
        invoke: {
          src: 'auth',
          input: () => input as AuthInput,
          onError: { actions: ({ event }) => void told.push(event.error) },
        },
      });
      const actor = createActor(host).start();
      await expect.poll(() => told).toHaveLength(1);
      expect(told[0]).toMatchObject({ code: 'config_invalid', message: expect.stringContaining(about) });
      expect(world.received).toEqual([]);
      actor.stop();
      await engine.dispose();
    },
  );

  it.each<[string, (resource: string) => string | URL]>([
    ['as it is', (resource) => resource],
    ['with a scheme in capitals', (resource) => resource.replace('http:', 'HTTP:')],
    ['as a URL', (resource) => new URL(resource)],
  ])('HOST-1: a resource that is given %s is the one of engine.session', async (_, write) => {
    const { engine, session } = testEngine(world.resource);
    await session.login();
    const actor = createActor(engine.machine, { input: { resource: write(world.resource) } }).start();
    expect(actor.getSnapshot().context.session).toEqual(session.id);
    await expect.poll(() => actor.getSnapshot().hasTag('canSend')).toBe(true);
    actor.stop();
    await engine.dispose();
  });
});
