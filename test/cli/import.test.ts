// `authchart import`, as a person runs it: what it prints, what it writes, and that the login works afterwards.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  clientInfo,
  contentsOf,
  foreignFolder,
  tokenSet,
  writeMcpRemote,
} from '../adapters/foreignLogins.ts';
import { startWorld } from '../support/world.ts';
import { type Ended, runHere } from './command.ts';

const RESOURCE = 'https://mcp.example.com/mcp';
const ISSUER = 'https://as.example.com';
const named = ['--resource', RESOURCE, '--issuer', ISSUER];

let store: string;
let folder: string;
beforeEach(async () => {
  [store, folder] = await Promise.all([foreignFolder(), foreignFolder()]);
});

const authchart = (...args: string[]): Promise<Ended> => runHere(store, args);
const fromMcpRemote = (...args: string[]): Promise<Ended> =>
  authchart('import', 'mcp-remote', folder, ...args);

async function sdkFile(stamp: Readonly<Record<string, unknown>>): Promise<string> {
  const file = join(folder, 'oauth.json');
  const content = { clientInformation: clientInfo(stamp), tokens: tokenSet(stamp) };
  await writeFile(file, JSON.stringify(content));
  return file;
}

/** What must never be printed. */
const secrets = /foreign-(access|refresh|secret|code)/;

describe('mcp-remote', () => {
  test('S07, BIND-10: without an issuer it says so, and writes nothing', async () => {
    const stem = await writeMcpRemote(folder, { of: RESOURCE });
    const { code, stdout, stderr } = await fromMcpRemote('--resource', RESOURCE);
    expect([code, stderr]).toEqual([5, '']);
    expect(stdout).toContain(
      `${RESOURCE}\n  outcome  found, not imported\n  why      It does not say which server`,
    );
    expect(stdout).toContain('Add --issuer URL if that server really issued the client');
    expect(stdout).toContain(`${stem}_tokens.json`);
    expect(await contentsOf(store)).toEqual({});
  });

  test('S14: with an issuer it is imported once, and status lists it', async () => {
    await writeMcpRemote(folder, { of: RESOURCE, version: '0.1.29', savedAt: 1_760_000_000 });
    const stem = await writeMcpRemote(folder, { of: RESOURCE });
    const dry = await fromMcpRemote(...named, '--dry-run');
    expect([dry.code, await contentsOf(store)]).toEqual([0, {}]);
    expect(dry.stdout).toContain('outcome  would be imported');

    const first = await fromMcpRemote(...named);
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toEqual([
      [RESOURCE],
      ['outcome', 'imported'],
      ['server', ISSUER],
      ['client', 'foreign-client'],
      ['from', `${stem}_client_info.json, ${stem}_tokens.json`],
      ['older', expect.stringMatching(/^mcp-remote-0\.1\.29\/.*: not imported$/)],
      [''],
    ]);
    const written = await contentsOf(store);
    const second = await fromMcpRemote(...named);
    expect(second.stdout).toContain('outcome  kept: it was imported before');
    expect([second.code, await contentsOf(store)]).toEqual([0, written]);

    const status = await authchart('status', RESOURCE);
    expect(status.stdout).toMatch(/ renewed when used +nothing\n/);
    expect(status.stdout).toContain(` ${new URL(ISSUER).host} `);
    for (const { stdout } of [dry, first, second, status]) expect(stdout).not.toMatch(secrets);
  });

  test('a broken file is named, and the others are imported', async () => {
    const other = 'https://other.example/mcp';
    const broken = await writeMcpRemote(folder, { of: other, tokens: '{"access_token":"foreign-access' });
    await writeMcpRemote(folder, { of: RESOURCE });
    const { code, stdout, stderr } = await fromMcpRemote(...named, '--resource', other);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^https:\/\/mcp\.example\.com\/mcp\n +outcome +imported\n/);
    expect(stdout).toContain(`No login that could be imported was found for ${other} in ${folder}.`);
    expect(stderr).toBe(
      `authchart: The file ${broken}_tokens.json was left out, because it does not hold a JSON object. Log in again.\n`,
    );
    expect(stdout + stderr).not.toMatch(secrets);
  });

  test('one JSON document has all of it, and no secret', async () => {
    await writeMcpRemote(folder, { of: RESOURCE });
    const unknown = await writeMcpRemote(folder, { of: 'https://other.example/mcp', tokens: null });
    const { code, stdout } = await fromMcpRemote(...named, '--json', '--subject', 'ada');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        store,
        dryRun: false,
        logins: [
          {
            from: [expect.stringMatching(/_client_info\.json$/), expect.stringMatching(/_tokens\.json$/)],
            resource: RESOURCE,
            outcome: 'imported',
            issuer: ISSUER,
            clientId: 'foreign-client',
          },
        ],
        failures: [],
        unknown: [`${unknown}_client_info.json`],
      },
    ]);
    expect(stdout).not.toMatch(secrets);
    expect(JSON.parse((await authchart('status', '--json')).stdout)).toMatchObject({
      sessions: [{ subject: 'ada' }],
    });
  });

  test('a resource that nobody named is listed; a login without a refresh token has to be made again', async () => {
    const stem = await writeMcpRemote(folder, {
      of: RESOURCE,
      tokens: tokenSet({ refresh_token: undefined }),
    });
    const unnamed = await fromMcpRemote();
    expect([unnamed.code, unnamed.stdout]).toEqual([
      0,
      `No login that could be imported was found in ${folder}.\nFiles of unknown resources (name the resources with --resource):\n` +
        `  ${stem}_client_info.json\n  ${stem}_tokens.json\n`,
    ]);
    const unrenewable = await fromMcpRemote(...named);
    expect(unrenewable.code).toBe(0);
    expect(unrenewable.stdout).toContain(`It has no refresh token. Run authchart login ${RESOURCE}.`);
  });

  test('its own folder is the default; in a missing folder nothing is found', async () => {
    await writeMcpRemote(folder, { of: RESOURCE });
    vi.stubEnv('MCP_REMOTE_CONFIG_DIR', folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await authchart('import', 'mcp-remote', ...named)).stdout).toContain('outcome  imported');
    const none = join(folder, 'none');
    const nothing = await authchart('import', 'mcp-remote', none, ...named);
    expect([nothing.code, nothing.stdout]).toEqual([
      0,
      `No login that could be imported was found for ${RESOURCE} in ${none}.\n`,
    ]);
  });
});

describe('sdk', () => {
  test('BIND-10: a login that names its issuer needs no --issuer, and another one there is refused', async () => {
    const file = await sdkFile({ issuer: ISSUER });
    const run = (...args: string[]) => authchart('import', 'sdk', file, '--resource', RESOURCE, ...args);
    const refused = await run('--issuer', 'https://other.example');
    expect(refused.code).toBe(5);
    expect(refused.stdout).toContain(`Two servers are named for it, ${ISSUER} and https://other.example.`);
    expect(await contentsOf(store)).toEqual({});
    const imported = await run();
    expect([imported.code, imported.stderr]).toEqual([0, '']);
    expect(imported.stdout).toContain(`server   ${ISSUER}`);
  });

  test('BIND-1: the login works afterwards, at its own server', async () => {
    const world = await startWorld();
    onTestFinished(() => world.close());
    const { refresh_token } = world.mint('a', 'read', 'foreign-client');
    const parts = [join(folder, 'client.json'), join(folder, 'tokens.json')] as const;
    const stamp = { issuer: world.origins.a };
    await writeFile(parts[0], JSON.stringify(clientInfo(stamp)));
    await writeFile(parts[1], JSON.stringify(tokenSet({ ...stamp, refresh_token })));
    expect((await authchart('import', 'sdk', ...parts, '--resource', world.resource)).code).toBe(0);
    const { code, stdout } = await authchart('token', world.resource, '-q');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^access-a-/)]);
    expect(world.lines('b')).toEqual([]);
    expect(world.requests('a', 'POST', '/token').map(({ form }) => form.get('refresh_token'))).toEqual([
      refresh_token,
    ]);
  });
});

test.each([
  ['an unknown tool', ['keychain'], /Allowed choices are mcp-remote, sdk/],
  ['two folders', ['mcp-remote', 'a', 'b'], /one folder/],
  ['no file', ['sdk', '--resource', RESOURCE], /path of the file is missing/],
  [
    'two resources for one login',
    ['sdk', 'a', '--resource', RESOURCE, '--resource', ISSUER],
    /only one --resource/,
  ],
  ['a resource that is none', ['mcp-remote', '--resource', 'nonsense'], /not an absolute URL/],
  ['an issuer that is none', ['mcp-remote', '--issuer', 'https://as.example.com/?x'], /it has a query/],
  ['no resource at all', ['sdk', 'FILE'], /do not say which resource/],
])('%s is refused with exit code 2', async (_what, args, why) => {
  const file = await sdkFile({});
  const { code, stdout, stderr } = await authchart(
    'import',
    ...args.map((arg) => (arg === 'FILE' ? file : arg)),
  );
  expect([code, stdout, await contentsOf(store)]).toEqual([2, '', {}]);
  expect(stderr).toMatch(why);
});

test('its help has examples, and fits on a screen', async () => {
  const { code, stdout, stderr } = await authchart('import', '--help');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: authchart import /);
  expect(stdout).toContain('Examples:\n  authchart import');
  expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
});
