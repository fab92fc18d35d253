// A test of a login in a test world without a port: how long it takes, in a process of its own and after others.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inTurn, medianOf, Notes, timed } from '../measure.ts';
import { built } from '../peers.ts';
import type { Bench } from '../run.ts';

const dist = (entry: string): string => new URL(`../../dist/${entry}`, import.meta.url).href;

/** What the guide to tests of one's own begins with, without a test runner. */
const program = `
import { createAuthEngine } from '${dist('index.js')}';
import { createTestWorld } from '${dist('adapters/testing.js')}';
const world = createTestWorld();
await createAuthEngine({ ...world.engineOptions, client: { name: 'bench' } }).session({ resource: world.resource }).login();
world.expectLogins(1);
world.expectNothingCrossed();
`;

/** Measures it. */
export async function testWorld({ isQuick, say }: Bench): Promise<Notes> {
  const notes = new Notes();
  const { createTestWorld } = (await import(
    dist('adapters/testing.js')
  )) as typeof import('../../adapters/testing.ts');
  const login = async (): Promise<void> => {
    const world = createTestWorld();
    const engine = built.createAuthEngine({ ...world.engineOptions, client: { name: 'bench' } });
    await engine.session({ resource: world.resource }).login();
    world.expectNothingCrossed();
    await engine.dispose();
  };
  const found = await inTurn(isQuick ? 7 : 21, {
    'a process of its own': () => timed(started),
    'after others': () => timed(login),
  });
  notes.figure('a test of a login in a test world', 'ms', found);
  notes.check(
    'a test of a login, in a process of its own',
    'ms',
    medianOf(found['a process of its own']),
    1000,
  );
  say('logins in test worlds are measured');
  return notes;
}

async function started(): Promise<void> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`The login in a test world ended with ${code}.`);
}
