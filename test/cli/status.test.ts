// `authchart status`: what a person sees of their logins, in terminals of every width.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';
import { type Ended, newFolder, removeFolder, run, runHere, start } from './command.ts';

let world: World;
let folder: string;

beforeAll(async () => {
  [world, folder] = await Promise.all([startWorld(), newFolder()]);
});

afterAll(async () => {
  await world.close();
  await removeFolder(folder);
});

async function logIn(...args: readonly string[]): Promise<void> {
  const ended = await runHere(folder, ['login', world.resource, '--user-agent', 'headless', '-q', ...args]);
  expect([ended.stderr, ended.code]).toEqual(['', 0]);
}

function inTerminal(columns: number, ...args: readonly string[]): Promise<Ended> {
  const running = start(folder, ['status', ...args], { env: { COLUMNS: String(columns) } });
  running.child.stdin.end();
  return running.ended;
}

test('an empty store says what to do next', async () => {
  const [all, one] = await Promise.all([
    run(folder, ['status']),
    run(folder, ['status', world.resource, '--label', 'work']),
  ]);
  expect(all.stdout).toMatch(/\nTo log in: authchart login https:\/\/mcp\.example\.com\/mcp\n$/);
  expect(one.stdout).toBe(
    `Nobody is logged in at ${world.resource} as work. The store is ${folder}.\nTo log in: authchart login ${world.resource} --label work\n`,
  );
});

describe('logins of three kinds', () => {
  beforeAll(async () => {
    await logIn();
    await logIn('--label', 'work', '--scope', 'one:very:long:scope another:long:scope');
    // This server gives a token that is over at once, and none to renew it with.
    world.script('a POST /token', ({ form }) => {
      const { refresh_token: _, ...body } = world.mint('a', form.get('scope') ?? '', '');
      return { body: { ...body, expires_in: 1 } };
    });
    await runHere(folder, ['login', world.resource, '--user-agent', 'headless', '-q', '--label', 'short']);
    world.scripts.clear();
  });

  test('the table fits 80 columns, and says what to do', async () => {
    await expect
      .poll(async () => (await inTerminal(80)).stdout, { timeout: 20_000 })
      .toContain(`To log in again:\n  authchart login ${world.resource} --label short\n`);
    const { stdout } = await inTerminal(80);
    const [table = '', todo = ''] = stdout.split('\n\n');
    expect(table).toMatch(/^RESOURCE +LABEL +SERVER +SCOPES +VALID FOR +TO DO\n/);
    expect(table.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(table).toMatch(/ short +http.* ended .* log in/);
    expect(table).toMatch(/ work +http.* nothing/);
    expect(todo.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).not.toContain('\u001b');
  });

  test.each([100, 60])('fits %i columns', async (columns) => {
    const { stdout } = await inTerminal(columns);
    const [table = ''] = stdout.split('\n\n');
    expect(table.split('\n').filter((line) => line.length > columns)).toEqual([]);
  });

  test('in a pipe each login is one line', async () => {
    const { stdout } = await run(folder, ['status']);
    expect(stdout.split('\n\n')[0]?.split('\n')).toHaveLength(4);
  });

  test('in a very narrow terminal, and with -v, it is one block for each login', async () => {
    const [narrow, verbose] = await Promise.all([inTerminal(36), inTerminal(80, '-v')]);
    expect(narrow.stdout).not.toContain('RESOURCE');
    expect(narrow.stdout).toContain(`${world.resource}\n  label   work\n`);
    expect(narrow.stdout).not.toContain('client-a-');
    expect(verbose.stdout).toMatch(/ {2}client {2}client-a-\S+ registered dynamically\n/);
  });

  test('what is stored tells no secret to it, whatever the form', async () => {
    const printed = await Promise.all([inTerminal(80), inTerminal(80, '-v'), inTerminal(80, '--json')]);
    const all = printed.map(({ stdout, stderr }) => stdout + stderr).join('');
    const secrets = [...world.accessTokens.keys(), ...world.refreshTokens.keys()];
    expect(secrets.length).toBeGreaterThan(3);
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([]);
  });
});

test('a label of blanks can be seen, and a long one does not widen the table', async () => {
  const blank = '   ';
  const long = 'x'.repeat(5000);
  await logIn('--label', blank);
  await logIn('--label', long);
  const [{ stdout }, verbose] = await Promise.all([run(folder, ['status']), run(folder, ['status', '-v'])]);
  const [table = ''] = stdout.split('\n\n');
  expect(table).toContain(` "${blank}" `);
  expect(table).toContain(` ${'x'.repeat(40)}… `);
  expect(table).not.toContain('x'.repeat(41));
  expect(verbose.stdout).toMatch(/ label +" {3}"\n/);
  expect((await run(folder, ['status', '--label', '  '])).stdout).toContain(' as "  ".');
});
