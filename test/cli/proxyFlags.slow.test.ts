// The arguments of mcp-remote: what is sent for each, or why it is refused. And its logins, taken over where a person says so.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';
import { type Ended, newFolder, removeFolder, runHere, start } from './command.ts';
import { type LineHost, lineHost, page } from './proxyHost.ts';

const TIME = 60_000;
const headless = ['--user-agent', 'headless'];

let world: World;
let folder: string;
let hosts: LineHost[];
beforeEach(async () => {
  hosts = [];
  [world, folder] = await Promise.all([startWorld(), newFolder()]);
});
afterEach(async () => {
  for (const { child } of hosts) child.kill('SIGKILL');
  await Promise.all(hosts.map(({ ended }) => ended));
  await Promise.all([world.close(), removeFolder(folder)]);
});

function host(args: readonly string[], env: Readonly<Record<string, string>> = {}): LineHost {
  const one = lineHost(folder, [world.resource, ...args], {
    SSH_CONNECTION: 'here',
    MCP_REMOTE_CONFIG_DIR: join(folder, 'mcp-remote'),
    ...env,
  });
  hosts.push(one);
  return one;
}

/** The address of the login page, and what was printed before. */
async function asked(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  let stderr = '';
  const one = host(args, env);
  one.child.stderr.on('data', (text: string) => {
    stderr += text;
  });
  const answer = one.initialize().catch(() => undefined);
  const address = page.exec(await one.printed(page))?.[1] ?? '';
  const { searchParams } = new URL(address);
  return { searchParams, redirectUri: new URL(searchParams.get('redirect_uri') ?? ''), stderr, answer };
}

/** For command lines that are refused before anything is sent. */
const refused = (...args: readonly string[]): Promise<Ended> => runHere(folder, ['proxy', ...args]);

async function freePort(): Promise<number> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const registered = () => JSON.parse(world.requests('a', 'POST', '/register')[0]?.body ?? '{}');

describe('where the browser comes back to', { timeout: TIME }, () => {
  test('the port after the URL', async () => {
    const port = await freePort();
    expect((await asked([`${port}`])).redirectUri.port).toBe(`${port}`);
  });

  test.each(['no', '0', '70000'])('the port %s is refused', async (port) => {
    const { code, stderr } = await refused(world.resource, port);
    expect([code, stderr]).toEqual([2, expect.stringContaining('Give a number from 1 to 65535.')]);
  });

  test('two ports are refused', async () => {
    const { code, stderr } = await refused(world.resource, '8123', '--callback-port', '8124');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Give only one.')]);
  });

  test('--host 127.0.0.1', async () => {
    const { redirectUri, stderr } = await asked(['--host', '127.0.0.1']);
    expect(redirectUri.hostname).toBe('127.0.0.1');
    expect(stderr).not.toContain('--host');
  });

  test('--host localhost: 127.0.0.1, and what that means', async () => {
    const { redirectUri, stderr } = await asked(['--host', 'localhost']);
    expect(redirectUri.hostname).toBe('127.0.0.1');
    expect(stderr).toContain('For --host localhost the browser comes back to 127.0.0.1');
  });

  test('--host of another machine is refused', async () => {
    const { code, stderr } = await refused(world.resource, '--host', '10.0.0.1');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--host must be 127.0.0.1 or ::1')]);
  });
});

describe('who the client is', { timeout: TIME }, () => {
  const metadata = '{"client_name":"Mine","scope":"one two","grant_types":["implicit"],"contacts":["me"]}';

  test.each<[string, () => Promise<string>]>([
    ['text', async () => metadata],
    ['a file', () => file('metadata.json', metadata)],
  ])(
    '--static-oauth-client-metadata as %s: name and scopes are taken, and the rest is pointed out',
    async (_, argument) => {
      const { searchParams, stderr } = await asked(['--static-oauth-client-metadata', await argument()]);
      expect(registered()).toMatchObject({
        client_name: 'Mine',
        grant_types: ['authorization_code', 'refresh_token'],
      });
      expect(searchParams.get('scope')?.split(' ')).toEqual(expect.arrayContaining(['one', 'two']));
      expect(stderr).toContain('these are not used, since the client decides them: grant_types, contacts.');
    },
  );

  const info = '{"client_id":"mine","client_secret":"hush-hush"}';

  test.each<[string, () => Promise<string>, boolean]>([
    ['text', async () => info, true],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the proxy reads it.
    ['text with a variable', async () => '{"client_id":"mine","client_secret":"${SECRET}"}', false],
    ['a file', () => file('client.json', info), false],
  ])(
    '--static-oauth-client-info as %s: no registration, and the path of mcp-remote',
    async (_, argument, isWarned) => {
      const { searchParams, redirectUri, stderr } = await asked(
        ['--static-oauth-client-info', await argument(), '--issuer', world.origins.a],
        { SECRET: 'hush-hush' },
      );
      expect(searchParams.get('client_id')).toBe('mine');
      expect(redirectUri.pathname).toBe('/oauth/callback');
      expect(world.requests('a', 'POST', '/register')).toEqual([]);
      expect(stderr.includes('A secret stands in the arguments (client_secret of')).toBe(isWarned);
      expect(stderr).not.toContain('hush');
    },
  );

  test('its secret is sent to its issuer', async () => {
    const one = host(
      ['--static-oauth-client-info', info, '--issuer', world.origins.a, ...headless].filter(
        (word) => word !== '',
      ),
    );
    await one.initialize();
    const { form, headers } = world.requests('a', 'POST', '/token')[0] ?? {};
    const basic = Buffer.from(
      /^Basic (.+)$/.exec(headers?.['authorization'] ?? '')?.[1] ?? '',
      'base64',
    ).toString();
    expect([form?.get('client_secret'), basic]).toContainEqual(expect.stringContaining('hush-hush'));
  });

  test('without an issuer it is sent to nobody, and the answer names the one to confirm', async () => {
    const one = host(['--static-oauth-client-info', info, ...headless]);
    const { error } = await one.initialize();
    expect(error?.data).toEqual({ code: 'credential_without_issuer', recovery: 'fix-config' });
    expect(error?.message).toContain(
      `Add --issuer ${world.origins.a} if that server really issued the client.`,
    );
    expect(world.requests('a', 'GET', '/authorize')).toEqual([]);
  });

  test.each([
    [['--static-oauth-client-info', 'hush-hush'], '--static-oauth-client-info is not a JSON object.'],
    [
      ['--static-oauth-client-info', '{"client_secret":"hush-hush"}'],
      '--static-oauth-client-info has no client_id.',
    ],
    [
      ['--static-oauth-client-info', '@/nowhere/hush'],
      'of --static-oauth-client-info cannot be read (ENOENT).',
    ],
    [
      ['--static-oauth-client-info', '{"client_id":"a"}', '--client-id', 'b'],
      'are two clients. Give only one.',
    ],
    [['--static-oauth-client-metadata', '[]'], '--static-oauth-client-metadata is not a JSON object.'],
  ])('%j is refused', async (flags, sentence) => {
    const { code, stderr, stdout } = await refused(world.resource, ...flags);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('hush-hush');
  });
});

describe('the resource parameter', { timeout: TIME }, () => {
  const own = (): string => world.origins.a;

  test.each<[string, () => readonly string[], () => string | null]>([
    ['none', () => [], () => world.resource],
    ['--resource with the URL itself', () => ['--resource', world.resource], () => world.resource],
    [
      '--resource',
      () => ['--resource', 'https://tenant.example/', '--server', own()],
      () => 'https://tenant.example/',
    ],
    ['--resource with nothing', () => ['--resource', '', '--server', own()], () => null],
    ['--disable-resource-parameter', () => ['--disable-resource-parameter', '--server', own()], () => null],
  ])('%s', async (_, flags, expected) => {
    expect((await asked(flags())).searchParams.get('resource')).toBe(expected());
  });

  test('each value of --resource has a login of its own', async () => {
    const tenants = ['https://one.example/', 'https://two.example/'].map((tenant) =>
      host(['--resource', tenant, '--server', own(), ...headless]).initialize(),
    );
    await Promise.all(tenants);
    const sent = world.requests('a', 'GET', '/authorize').map(({ query }) => query.get('resource'));
    expect(sent.sort()).toEqual(['https://one.example/', 'https://two.example/']);
  });

  test.each([['--resource', 'https://tenant.example/'], ['--disable-resource-parameter']])(
    '%s needs to know for which server',
    async (...flags) => {
      const { code, stderr } = await refused(world.resource, ...flags);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`${flags[0]} needs --server ISSUER`)]);
    },
  );
});

describe('headers', { timeout: TIME }, () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the proxy reads it.
  const variable = 'X-Api-Key: ${KEY}';

  test.each<[string, () => Promise<string>, boolean]>([
    ['as it is', async () => 'X-Api-Key: hush-hush', true],
    ['from a variable', async () => variable, false],
    ['from a file', async () => `X-Api-Key: ${await file('key', 'hush-hush\n')}`, false],
  ])('--header %s goes to the resource only', async (_, line, isWarned) => {
    const one = host(['--header', await line(), '--debug', ...headless], { KEY: 'hush-hush' });
    await one.initialize();
    const carriers = world.received.filter(({ headers }) => headers['x-api-key'] === 'hush-hush');
    expect(carriers.length).toBeGreaterThan(1);
    expect(carriers.every(({ at }) => at === 'resource')).toBe(true);
    one.child.stdin.end();
    const { stderr, stdout } = await one.ended;
    expect(stderr.includes('A secret stands in the arguments (the header X-Api-Key)')).toBe(isWarned);
    expect(stdout + stderr).not.toContain('hush');
  });

  test('an Authorization header from a file', async () => {
    const one = host(['--header', `Authorization: ${await file('token', 'Bearer hush-hush\n')}`]);
    await one.initialize();
    expect(world.received.map(({ headers }) => headers['authorization'])).toEqual(['Bearer hush-hush']);
    one.child.stdin.end();
    expect((await one.ended).stderr).toBe('');
  });

  test('an Authorization header in place of a login: where it is refused, no page comes up', async () => {
    const one = host(['--header', 'Authorization: Bearer hush-hush']);
    const { error } = await one.initialize();
    expect(error).toMatchObject({
      message: `${world.resource} does not accept the Authorization header of --header. Give another value, or leave the header out to log in.`,
      data: { code: 'grant_not_accepted', recovery: 'fix-config' },
    });
    expect(world.lines()).toEqual(['resource POST /mcp']);
  });

  test.each([
    ['X-Key', 'hush-hush\nmore', 'The header X-Key cannot be sent: the file '],
    ['X-Key', '', ' is empty.'],
    ['Authorization', 'Bearer hush-hush €', 'The header authorization cannot be sent: the file '],
  ])('%s: @FILE, and the file is unusable', async (name, content, sentence) => {
    const { code, stderr } = await refused(
      world.resource,
      '--header',
      `${name}: ${await file('key', content)}`,
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
    expect(stderr).not.toMatch(/hush|--resource-header/);
  });

  test.each([
    [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the proxy reads it.
      'X-Key: ${AUTHCHART_NOT_SET}',
      '--header X-Key needs the environment variable AUTHCHART_NOT_SET, which is not set.',
    ],
    ['hush-hush', '--header must have the form "Name: value".'],
    ['X-Key: €', 'The header X-Key of --header cannot be sent'],
  ])('%s is refused', async (line, sentence) => {
    const { code, stderr } = await refused(world.resource, '--header', line);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
    expect(stderr).not.toContain('hush');
  });
});

describe('the rest', { timeout: TIME }, () => {
  test('--auth-timeout: a person who takes longer gets another chance with the next start', async () => {
    const one = host(['--auth-timeout', '1']);
    expect((await one.initialize()).error).toMatchObject({
      data: { code: 'login_timed_out', recovery: 'ask-user' },
    });
  });

  test('--debug says all, and --silent nothing but the address', async () => {
    const [loud, quiet] = [await asked(['--debug']), await asked(['--silent', '--label', 'other'])];
    expect(loud.stderr).toContain('bindChecking  deciding: ');
    expect(quiet.stderr).toMatch(/^\s+\S+ asks you to log in\. No browser[^\n]+\n+ {2}http\S+\n/);
  });

  test('--enable-proxy changes nothing', async () => {
    expect((await asked(['--enable-proxy'])).searchParams.get('client_id')).toContain('client-a');
  });

  test('--allow-http does not let a token cross a network without encryption', async () => {
    const { code, stderr } = await refused('http://internal.example/mcp', '--allow-http');
    expect([code, stderr]).toEqual([2, expect.stringContaining('it is plain http')]);
    expect((await asked(['--allow-http'])).searchParams.get('client_id')).toContain('client-a');
  });

  test.each([
    [['--transport', 'pigeon'], 'Allowed choices are http-first, sse-first, http-only, sse-only.'],
    [['--user-agent', 'paste'], '--user-agent paste reads standard input, which belongs to the host.'],
    [['--client-id', 'a', '--client-secret-file', '-'], 'A secret cannot come from standard input'],
    [['--wrong'], "unknown option '--wrong'"],
  ])('%j is refused', async (flags, sentence) => {
    const { code, stderr, stdout } = await refused(world.resource, ...flags);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });
});

describe('a login of mcp-remote', { timeout: TIME }, () => {
  /** Writes what mcp-remote would have written for this world. */
  async function leaveLogin(issuer?: string): Promise<void> {
    const at = join(folder, 'mcp-remote', 'mcp-remote-0.1.38');
    await mkdir(at, { recursive: true });
    const hash = createHash('md5').update(world.resource).digest('hex');
    const { access_token, refresh_token } = world.mint('a', 'read', 'theirs');
    const from = issuer === undefined ? {} : { issuer };
    const client = { client_id: 'theirs', redirect_uris: ['http://127.0.0.1:3334/oauth/callback'], ...from };
    await writeFile(join(at, `${hash}_client_info.json`), JSON.stringify(client));
    const tokens = { access_token, refresh_token, token_type: 'Bearer', ...from };
    await writeFile(join(at, `${hash}_tokens.json`), JSON.stringify(tokens));
  }
  const grants = () => world.requests('a', 'POST', '/token').map(({ form }) => form.get('grant_type'));

  test('is pointed out, and not touched', async () => {
    await leaveLogin();
    const { stderr } = await asked([]);
    expect(stderr).toContain('mcp-remote has a login at');
    expect(stderr).toContain('To take it over, add --import');
    expect(grants()).toEqual([]);
  });

  test('is taken over with --import, once, and renewed without a page', async () => {
    await leaveLogin(world.origins.a);
    const one = host(['--import']);
    await one.printed(/was taken over\. Do not use mcp-remote there any more\./);
    await one.initialize();
    expect(grants()).toEqual(['refresh_token']);
    expect(world.requests('a', 'GET', '/authorize')).toEqual([]);
    one.child.stdin.end();
    await one.ended;
    const again = host(['--import']);
    await again.initialize();
    again.child.stdin.end();
    expect((await again.ended).stderr).not.toContain('mcp-remote');
  });

  test('whose issuer is not known is taken over with the word of a person, and not without', async () => {
    await leaveLogin();
    const { stderr } = await asked(['--import']);
    expect(stderr).toContain(
      'It does not say which server issued it. Add --import-issuer ISSUER if you know it; else you log in anew.',
    );
    const one = host(['--import', '--import-issuer', world.origins.a, '--label', 'other']);
    await one.initialize();
    expect(grants()).toEqual(['refresh_token']);
  });
});

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return `@${join(folder, name)}`;
}

test('the help names every flag', async () => {
  const { stdout } = await runHere(folder, ['proxy', '--help']);
  for (const flag of [
    '--host',
    '--allow-http',
    '--transport',
    '--static-oauth-client-info',
    '--ignore-tool',
    '--import',
  ])
    expect(stdout).toMatch(new RegExp(`^ +${flag}\\b`, 'm'));
  expect((await start(folder, ['proxy']).ended).code).toBe(2);
});
