// The commands against the playground. What must work in another process runs in one of its own, as in a shell.

import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { callTool, followToRedirectUri } from '../playground/rawClient.ts';
import { type Ended, newFolder, removeFolder, run, runHere, start } from './command.ts';

const headless = ['--user-agent', 'headless'];
const mcp = ['-H', 'Accept: application/json, text/event-stream', '-H', 'MCP-Protocol-Version: 2025-11-25'];

let world: Playground;
let folder: string;
const folders: string[] = [];

async function freshFolder(): Promise<string> {
  folders.push(await newFolder());
  return folders.at(-1) ?? '';
}

beforeAll(async () => {
  [world, folder] = await Promise.all([startPlayground(), freshFolder()]);
});

afterAll(async () => {
  await world.close();
  await Promise.all(folders.map(removeFolder));
});

const authchart = (...args: string[]): Promise<Ended> => run(folder, args);
const here = (...args: string[]): Promise<Ended> => runHere(folder, args);

function toolCall(name: string): string {
  const params = { name, arguments: { name: 'hello', text: 'Hi.' } };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
}

/** Every token, code and registered secret that crossed the wire. */
function secretsOf({ exchanges }: Playground): readonly string[] {
  const bodies = exchanges.flatMap(({ path, responseBody }) =>
    path === '/token' || path === '/register' ? [responseBody] : [],
  );
  return bodies.flatMap((body) =>
    [...body.matchAll(/"(?:\w+_token|client_secret)":"([^"]+)"/g)].map((match) => match[1] ?? ''),
  );
}

const logins = (): number =>
  world.exchanges.filter(({ path, query }) => path === '/authorize' && query !== '').length;

describe('one store folder', () => {
  const silent: Ended[] = [];
  const keep = (ended: Ended): Ended => {
    silent.push(ended);
    return ended;
  };

  test('nobody is logged in: 3 for token, 0 for status', async () => {
    const [token, tokenJson, status] = await Promise.all([
      here('token', world.resource),
      here('token', world.resource, '--json', '-q'),
      here('status'),
    ]);
    const sentence = `Nobody is logged in at ${world.resource}. Run authchart login ${world.resource}.`;
    expect(token).toEqual({ code: 3, stdout: '', stderr: `authchart: ${sentence}\n` });
    expect(JSON.parse(tokenJson.stdout)).toEqual({
      error: { code: 'interaction_required', phase: 'requesting', recovery: 'ask-user', message: sentence },
    });
    expect(status).toEqual({
      code: 0,
      stdout: `Nobody is logged in. The store is ${folder}.\nTo log in: authchart login https://mcp.example.com/mcp\n`,
      stderr: '',
    });
  });

  test('explain without a login looks everything up, and logs nobody in', async () => {
    const [online, offline] = await Promise.all([
      here('explain', world.resource, '-v'),
      here('explain', world.resource, '--offline'),
    ]);
    expect([online.code, offline.code]).toEqual([3, 3]);
    expect(online.stdout).toMatch(new RegExp(`resource metadata +${world.origin}/.well-known/\\S+ +200`));
    expect(online.stdout).toMatch(
      /bindChecking\.deciding\n +Reject, or go on with what belongs to this issuer/,
    );
    expect(online.stdout).toMatch(/code +interaction_required/);
    expect(online.stdout).toContain(`server    ${world.a.issuer}`);
    expect(offline.stdout).toBe(
      `${world.resource}\n  ✗ Your login  nobody is logged in here\n\nWhat to do: authchart login ${world.resource}\n`,
    );
    expect(offline.stdout).not.toContain('.well-known');
    expect([world.a.registrations, logins()]).toEqual([0, 0]);
  });

  test('login prints what it does, line by line, and the result on standard output', async () => {
    const { code, stdout, stderr } = keep(await authchart('login', world.resource, ...headless));
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^Logged in at ${world.resource} by ${world.a.issuer} with notes:read;`),
    );
    const lines = stderr.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/).slice(0, 2).join('|'))).toEqual([
      'discovering|probe',
      'discovering|resource metadata',
      'discovering|server metadata',
      'bindChecking|looking up the credentials for this server',
      'reusing|trying the stored credentials first',
      'registering|registration',
      'authorizing|waiting until the login is finished',
      'authorizing|token',
      'authorized|there is a token',
      'requesting|GET resource',
    ]);
    expect(lines[1]).toBe(
      `discovering   resource metadata  ${world.origin}/.well-known/oauth-protected-resource/mcp  200`,
    );
  });

  test('TOK-14: login does nothing where there is one, and logs in again when it is told to', async () => {
    const before = logins();
    expect((await here('login', world.resource, ...headless)).code).toBe(0);
    expect(logins()).toBe(before);
    const again = await here('login', world.resource, '--again', ...headless);
    expect([again.code, logins()]).toEqual([0, before + 1]);
  });

  test('fetch steps up; token and status then use the store, without another login', async () => {
    const fetched = keep(
      await authchart('fetch', world.resource, ...mcp, '--json', toolCall('write_note'), ...headless, '-v'),
    );
    expect(fetched.code).toBe(0);
    expect(fetched.stdout).toContain('Written.');
    expect(fetched.stderr).toMatch(/^steppingUp +weighing: .* STEP-4 STEP-7/m);
    const before = logins();

    const [token, enough, more] = await Promise.all([
      authchart('token', world.resource, '-q'),
      here('token', world.resource, '--scope', 'notes:read notes:write', '--json', '-q'),
      here('token', world.resource, '--scope', 'notes:admin'),
    ]);
    expect(token).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^[\w.-]+\n$/) });
    expect((await callTool(world, token.stdout.trim(), 'write_note')).status).toBe(200);
    expect(JSON.parse(enough.stdout)).toMatchObject({
      accessToken: token.stdout.trim(),
      scopes: ['notes:read', 'notes:write'],
    });
    expect([more.code, more.stdout]).toEqual([3, '']);

    const [status, one, explained, again] = await Promise.all([
      authchart('status'),
      here('status', world.resource, '--json'),
      here('explain', world.resource, '--json'),
      here('login', world.resource, ...headless, '--scope', 'notes:write', '-q', '--json'),
    ]);
    silent.push(status, one, explained, again, more);
    expect(status.stdout.split('\n').slice(0, 2).join(' ')).toMatch(
      /^RESOURCE +SERVER +SCOPES +VALID FOR +TO DO http\S+ +http\S+ +notes:read notes:write +4 min, then renewed +nothing$/,
    );
    const stored = {
      resource: world.resource,
      issuer: world.a.issuer,
      registration: 'dynamic',
      grant: { scopes: ['notes:read', 'notes:write'], renewable: true },
    };
    expect(JSON.parse(one.stdout)).toMatchObject({ store: folder, sessions: [stored] });
    expect(JSON.parse(explained.stdout)).toMatchObject({ grant: { issuer: world.a.issuer } });
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(JSON.parse(again.stdout)).toMatchObject(stored);
    expect([logins(), world.a.registrations]).toEqual([before, 1]);
  });

  test('logout revokes and deletes; the second time nobody was logged in', async () => {
    const logout = keep(await authchart('logout', world.resource));
    expect(logout).toMatchObject({ code: 0, stdout: `Logged out of ${world.resource}.\n` });
    expect(logout.stderr).toMatch(/revocation +\S+ +200/);
    const [again, token] = await Promise.all([
      here('logout', world.resource, '--json'),
      here('token', world.resource),
    ]);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toEqual({
      resource: world.resource,
      loggedOut: false,
      revoked: false,
    });
    expect(token.code).toBe(3);
  });

  test('nothing but token ever printed a token', () => {
    const secrets = secretsOf(world);
    expect(secrets.length).toBeGreaterThan(3);
    const printed = silent.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    expect(secrets.filter((secret) => printed.includes(secret))).toEqual([]);
  });
});

describe('a client that was registered by hand', () => {
  test('needs its issuer, is used there, and does not follow when the resource moves', async () => {
    const own = await freshFolder();
    const { clientId, clientSecret } = world.a.preRegistered;
    const secretFile = join(own, 'secret');
    await writeFile(secretFile, `${clientSecret}\n`);
    const client = ['--client-id', clientId, '--client-secret-file', secretFile];
    const bound = [...client, '--issuer', world.a.issuer];

    const unbound = await runHere(own, ['login', world.resource, ...headless, ...client]);
    expect([unbound.code, unbound.stdout]).toEqual([5, '']);
    expect(unbound.stderr).toContain(
      `Add --issuer ${world.a.issuer} if that server really issued the client.`,
    );

    const fromPipe = ['--client-id', clientId, '--client-secret-file', '-', '--issuer', world.a.issuer];
    const login = await run(own, ['login', world.resource, ...headless, ...fromPipe], `${clientSecret}\r\n`);
    expect(login.code).toBe(0);

    world.moveTo('b');
    world.forgetExchanges();
    const [fetched, asDocument, explained] = await Promise.all([
      run(own, [
        'fetch',
        world.resource,
        ...mcp,
        '--json',
        toolCall('read_note'),
        ...headless,
        ...bound,
        '-q',
      ]),
      runHere(own, ['fetch', '--json', world.resource, ...headless, ...bound, '-q']),
      runHere(own, ['explain', world.resource, ...bound]),
    ]);
    world.moveTo('a');
    expect([fetched.code, asDocument.code, explained.code]).toEqual([5, 5, 5]);
    // The server's own answer is passed on, and one message says why.
    expect(fetched.stdout).toContain('invalid_token');
    expect(fetched.stderr.trimEnd().split('\n')).toHaveLength(1);
    for (const issuer of [world.a.issuer, world.b.issuer]) {
      expect(fetched.stderr).toContain(issuer);
      expect(explained.stdout).toContain(issuer);
    }
    expect(JSON.parse(asDocument.stdout)).toMatchObject({
      status: 401,
      error: { code: 'bound_elsewhere', issuer: world.b.issuer, otherIssuer: world.a.issuer },
    });
    expect(world.exchanges.filter(({ at, method }) => at === 'b' && method === 'POST')).toEqual([]);

    const withoutSecret = await runHere(own, ['logout', world.resource, '-q']);
    expect(withoutSecret.code).toBe(0);
    expect(withoutSecret.stderr).toContain(`${world.a.issuer} did not revoke the tokens`);
    const everything = [unbound, login, fetched, asDocument, explained, withoutSecret];
    expect(everything.map(({ stdout, stderr }) => stdout + stderr).join()).not.toContain(clientSecret);
  });
});

describe('a person', () => {
  const authorizeUrl = /http:\S+\/authorize\?\S+/;

  test('opens the printed URL, whose server is named first', async () => {
    const running = start(await freshFolder(), ['login', world.resource, '--login', '-q']);
    const url = await running.printed(authorizeUrl);
    const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? '';
    const page = await fetch(await followToRedirectUri(url, redirectUri));
    expect(await page.text()).toContain('You can close this window');
    const { code, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stderr.trim()).toMatch(new RegExp(`^${new URL(world.a.issuer).host} asks you to log in\\.`));
  });

  test('pastes the address that the browser ended at, after something else', async () => {
    const running = start(await freshFolder(), [
      'login',
      world.resource,
      '--login',
      '--user-agent',
      'paste',
      '-q',
    ]);
    const url = await running.printed(authorizeUrl);
    running.child.stdin.end(`nonsense\n${await followToRedirectUri(url, 'http://127.0.0.1/callback')}\n`);
    const { code, stderr } = await running.ended;
    expect([code, stderr.match(/That is not the address\./g)?.length]).toEqual([0, 1]);
  });

  test('who does not answer, says no, takes too long or interrupts', async () => {
    const [absent, slow] = [await freshFolder(), await freshFolder()];
    world.denyNextConsent();
    const denied = await runHere(absent, ['login', world.resource, ...headless]);
    expect([denied.code, denied.stdout]).toEqual([3, '']);
    expect(denied.stderr).toContain('It said: "The person said no".');

    const interrupted = start(slow, ['login', world.resource, '--login', '-q']);
    const stopped = interrupted.printed(authorizeUrl).then(async () => {
      interrupted.child.kill('SIGINT');
      return interrupted.ended;
    });
    const [nobody, late, { code, stderr }] = await Promise.all([
      run(absent, ['login', world.resource, '--login', '--user-agent', 'paste', '-q']),
      run(await freshFolder(), ['fetch', world.resource, '--login', '--wait', '0.2', '-q']),
      stopped,
    ]);
    expect(nobody.code).toBe(3);
    expect(nobody.stderr).toContain(`Run authchart login ${world.resource}.`);
    expect(late.code).toBe(3);
    expect(late.stderr).toContain('in time; log in again, or give more time with --timeout.');
    expect(code).toBe(130);
    expect(stderr.trimEnd()).toMatch(/\nauthchart: cancelled\.$/);
    // Nothing is left behind: the next login starts from the beginning.
    const after = await runHere(slow, ['explain', world.resource, '--offline', '--json']);
    expect(JSON.parse(after.stdout)).toMatchObject({ states: ['idle'] });
  });

  test('finds the unfinished login of a killed process: token says so, login starts again', async () => {
    const own = await freshFolder();
    const killed = start(own, ['login', world.resource, '--login', '-q']);
    await killed.printed(authorizeUrl);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const token = await runHere(own, ['token', world.resource, '-q']);
    expect([token.code, token.stdout]).toEqual([3, '']);
    expect(token.stderr).toContain('is not finished yet. Run authchart login');
    expect((await runHere(own, ['login', world.resource, ...headless, '-q'])).code).toBe(0);
  });
});

test('the login of a URL is used for the URLs below it; exit code 1 when the server says no', async () => {
  const own = await freshFolder();
  expect((await runHere(own, ['login', world.resource, ...headless, '-q'])).code).toBe(0);
  const [below, nowhere] = await Promise.all([
    runHere(own, ['fetch', `${world.resource}?page=2`, ...mcp, '--json', toolCall('read_note')]),
    runHere(own, ['fetch', `${world.resource}/nowhere`, '-q']),
  ]);
  expect(below.code).toBe(0);
  expect(below.stderr).toContain(`The login of ${world.resource} is used.`);
  expect([nowhere.code, nowhere.stdout]).toEqual([1, 'Not found']);
  expect(nowhere.stderr).toContain('answered 404 Not Found. Check the URL and what was sent.');
});

test('exit code 4 when no server answers', async () => {
  const closed = createSocketServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const url = `http://127.0.0.1:${(closed.address() as AddressInfo).port}/mcp`;
  await new Promise((resolve) => closed.close(resolve));
  const [login, fetched] = await Promise.all([here('login', '--login', url), here('fetch', url)]);
  expect([login.code, fetched.code]).toEqual([4, 4]);
  expect(fetched.stderr).toContain('cannot be reached (ECONNREFUSED).');
});
