// A process is killed in the middle of something, and the next one on the same folder goes on at once: it logs in, and waits for nobody (C07, T13, T26).
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore, headlessUserAgent, loopbackUserAgent } from '../../adapters/node.ts';
import { serveTestWorld } from '../../adapters/testing/node.ts';
import { faults, type TestWorld, type Where } from '../../adapters/testing.ts';
import { createAuthEngine, type Progress, type UserAgent } from '../../index.ts';
import { newFolder, type Running, removeFolder, start } from '../cli/command.ts';

let world: TestWorld;
let folder: string;
beforeEach(async () => {
  world = await serveTestWorld();
  folder = await newFolder();
});
afterEach(async () => {
  await world.close();
  await removeFolder(folder);
});

/** Far less than the 70 seconds that a process is waited for that may be alive. */
const SOON = 20_000;

const command = (...args: readonly string[]): Running =>
  start(folder, [...args, world.resource, '--user-agent', 'headless']);

/** Starts the command, and kills it when it sends this; the server has done its work. */
async function killAt(where: Where, name: string): Promise<void> {
  const heard = new Promise<void>((resolve) => {
    const hang = async (_: unknown, correctly: () => Promise<Response>) => {
      await correctly();
      resolve();
      return faults.hang;
    };
    world.misbehave(where, hang, { times: 1 });
  });
  const { child, ended } = command(name);
  await heard;
  child.kill('SIGKILL');
  await ended;
}

/** A request of the next process, whose challenges lead to a login by themselves. */
async function call(userAgent: UserAgent): Promise<{ status: number; progress: readonly Progress[] }> {
  const progress: Progress[] = [];
  const engine = createAuthEngine({
    client: { name: 'the next one' },
    userAgent,
    store: fileStore({ folder }),
    policy: { interaction: 'auto' },
    onProgress: (line) => progress.push(line),
  });
  try {
    const { status } = await engine.session({ resource: world.resource }).fetch(world.resource);
    return { status, progress };
  } finally {
    await engine.dispose();
  }
}

const grantOf = (kind: string): Where => ({
  step: 'token',
  when: ({ raw }) => new URLSearchParams(raw.body).get('grant_type') === kind,
});
const count = (where: Where): number =>
  world.requests.filter((one) => one.step === where.step && (where.when?.(one) ?? true)).length;

describe.skipIf(process.platform !== 'linux')('the next process goes on at once when one was killed', () => {
  it.each<[string, Where, { logins: number; registrations: number }]>([
    ['C07, R13: in a registration', { step: 'registration' }, { logins: 1, registrations: 2 }],
    ['C07, A35: at the page', { step: 'authorization' }, { logins: 2, registrations: 1 }],
    ['T26: in the exchange of its code', grantOf('authorization_code'), { logins: 2, registrations: 1 }],
  ])('%s', { timeout: SOON }, async (_, where, { logins, registrations }) => {
    await killAt(where, 'login');
    const { status, progress } = await call(headlessUserAgent());
    expect(status).toBe(200);
    expect(count({ step: 'authorization' })).toBe(logins);
    expect(count({ step: 'registration' })).toBe(registrations);
    expect(progress.filter(({ kind }) => kind === 'waiting')).toEqual([]);
  });

  it('T13, C10: in a renewal, and what was given up is not taken for what the login brings', {
    timeout: SOON,
  }, async () => {
    expect((await command('login').ended).code).toBe(0);
    world.expireAccessTokens();
    await killAt(grantOf('refresh_token'), 'fetch');
    expect((await call(headlessUserAgent())).status).toBe(200);
    expect(count(grantOf('refresh_token'))).toBe(1);
    expect(count({ step: 'authorization' })).toBe(2);
  });

  it('C07: in a registration, and what it has left behind cannot be removed: that is an error, and no wait without end', {
    timeout: SOON,
  }, async () => {
    await killAt({ step: 'registration' }, 'login');
    const { delete: _, ...home } = fileStore({ folder });
    const engine = createAuthEngine({
      client: { name: 'the next one' },
      userAgent: headlessUserAgent(),
      store: {
        ...home,
        delete: async () => {
          throw new Error('read-only');
        },
      },
    });
    const failure = await engine
      .session({ resource: world.resource })
      .login()
      .catch((thrown: unknown) => thrown);
    await engine.dispose();
    expect(failure).toMatchObject({ code: 'store_failed' });
    expect(count({ step: 'registration' })).toBe(1);
  });

  it('C07, AUTHZ-12: at the page in a browser, which is shown again where a mere request comes to it', {
    timeout: SOON,
  }, async () => {
    const { child, ended, printed } = start(folder, ['login', world.resource, '--login']);
    const [url] = /http:\S+authorize\?\S+/.exec(await printed(/http:\S+authorize\?\S+\n/)) ?? [];
    child.kill('SIGKILL');
    await ended;
    const opened: string[] = [];
    const open = async (page: string): Promise<void> => {
      opened.push(page);
      void fetch(page).then((response) => response.body?.cancel());
    };
    expect((await call(loopbackUserAgent({ open }))).status).toBe(200);
    expect(opened).toEqual([url]);
  });
});
