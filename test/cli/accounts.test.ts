// Two accounts at one resource, side by side in one store: `--label` names the login in every command.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { type Ended, newFolder, removeFolder, runHere } from './command.ts';

let world: Playground;
let folder: string;

beforeAll(async () => {
  [world, folder] = await Promise.all([startPlayground(), newFolder()]);
});

afterAll(async () => {
  await world.close();
  await removeFolder(folder);
});

const authchart = (...args: string[]): Promise<Ended> => runHere(folder, args);
const logIn = (...args: string[]) =>
  authchart('login', world.resource, '--user-agent', 'headless', '-q', ...args);

test('two logins of one resource are kept apart, used apart, shown apart and ended apart', async () => {
  expect((await logIn('--label', 'work')).code).toBe(0);
  expect((await logIn('--label', 'at home', '--scope', 'notes:write')).code).toBe(0);

  const work = await authchart('token', world.resource, '--label', 'work', '-q');
  const home = await authchart('token', world.resource, '--label', 'at home', '-q');
  expect([work.code, home.code]).toEqual([0, 0]);
  expect(work.stdout).not.toBe(home.stdout);

  const status = JSON.parse((await authchart('status', '--json')).stdout);
  expect(status.sessions.map(({ label }: { label: string }) => label)).toEqual(['at home', 'work']);
  const one = JSON.parse((await authchart('status', '--label', 'work', '--json')).stdout);
  expect(one.sessions).toMatchObject([{ label: 'work', grant: { scopes: ['notes:read'] } }]);

  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const fetched = await authchart('fetch', world.resource, '--label', 'work', '--json', body, '-q');
  expect([fetched.code, fetched.stdout]).toEqual([0, expect.stringContaining('read_note')]);
  const explained = await authchart('explain', world.resource, '--label', 'work', '--json');
  expect(JSON.parse(explained.stdout)).toMatchObject({ session: { label: 'work' }, grant: {} });

  expect((await authchart('logout', world.resource, '--label', 'work', '-q')).code).toBe(0);
  expect((await authchart('token', world.resource, '--label', 'work', '-q')).code).toBe(3);
  expect((await authchart('token', world.resource, '--label', 'at home', '-q')).code).toBe(0);
});

test('a login that is missing: the advice has the same flags, and the other logins are named', async () => {
  expect((await logIn('--label', 'at home')).code).toBe(0);
  const token = await authchart('token', world.resource, '--label', 'it’s new');
  expect(token.code).toBe(3);
  expect(token.stderr).toContain(`Run authchart login ${world.resource} --label 'it’s new'.\n`);
  expect(token.stderr).toContain("There are other logins there: --label 'at home'.");
  const loggedOut = await authchart('logout', world.resource);
  expect([loggedOut.code, loggedOut.stderr]).toEqual([0, expect.stringContaining("--label 'at home'.")]);
  const fetched = await authchart('fetch', world.resource, '-q');
  expect(fetched.stderr).not.toContain('other logins');
  const loud = await authchart('fetch', world.resource);
  expect([loud.code, loud.stderr]).toEqual([3, expect.stringContaining("--label 'at home'.")]);
});
