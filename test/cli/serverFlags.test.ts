// The flags for what servers and gateways need: what is sent, what a refusal says, and when a person is asked at all.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';
import { type Ended, newFolder, removeFolder, runHere } from './command.ts';

let world: World;
let folder: string;
beforeEach(async () => {
  [world, folder] = await Promise.all([startWorld(), newFolder()]);
});
afterEach(() => Promise.all([world.close(), removeFolder(folder)]));

const headless = ['--user-agent', 'headless'];
const login = (...flags: readonly string[]): Promise<Ended> =>
  runHere(folder, ['login', world.resource, ...headless, ...flags]);
const asked = (place: 'a' | 'b' = 'a') => world.requests(place, 'GET', '/authorize')[0]?.query;
const token = () => world.requests('a', 'POST', '/token')[0];

describe('what is sent', () => {
  test.each<[string, () => readonly string[], () => unknown, () => unknown]>([
    [
      'a further parameter',
      () => ['--authorization-parameter', `${world.origins.a} audience=urn:a=b`],
      () => asked()?.get('audience'),
      () => 'urn:a=b',
    ],
    ['no resource', () => ['--omit-resource', world.origins.a], () => asked()?.has('resource'), () => false],
    [
      'another resource',
      () => ['--resource-as', `${world.origins.a}=api://mcp?a=b`],
      () => token()?.form.get('resource'),
      () => 'api://mcp?a=b',
    ],
    ['a prompt', () => ['--prompt', 'login consent'], () => asked()?.get('prompt'), () => 'login consent'],
    ['a floor', () => ['--scope-floor', 'mine ours'], () => asked()?.get('scope'), () => 'read mine ours'],
    ['a ceiling', () => ['--scope-ceiling', 'other'], () => asked()?.has('scope'), () => false],
    [
      'a path of the callback',
      () => ['--redirect-uri', 'http://127.0.0.1/back'],
      () => asked()?.get('redirect_uri'),
      () => 'http://127.0.0.1/back',
    ],
  ])('AUTHZ-2, HOST-2: %s', async (_what, flags, sent, expected) => {
    expect((await login(...flags())).code).toBe(0);
    expect(sent()).toBe(expected());
  });

  test('DISC-5: the login goes to the server that was chosen, or nowhere', async () => {
    world.documents.resource['authorization_servers'] = [world.origins.a, world.origins.b];
    expect((await login('--server', world.origins.b)).code).toBe(0);
    expect(asked('b')?.get('client_id')).toContain('client-b');
    expect(world.lines('a')).toEqual([]);
    const { code, stderr } = await login('--server', 'https://other.example', '--again');
    expect(code).toBe(2);
    expect(stderr).toContain(
      `--server names a server that is not among those that can be used here; choose one of ${world.origins.a}, ${world.origins.b}.`,
    );
  });

  test.each(['--header', '--resource-header'])(
    'L01, L13: the value of %s comes from a file, goes to the resource only, and is printed nowhere',
    async (flag) => {
      const [file, trace] = [join(folder, 'key'), join(folder, 'run.ndjson')];
      await writeFile(file, 'hush-hush-key\n');
      const { code, stdout, stderr } = await login(
        flag,
        `X-Api-Key: @${file}`,
        '-v',
        '--json',
        '--trace',
        trace,
      );
      expect(code).toBe(0);
      const carriers = world.received.filter(({ headers }) => headers['x-api-key'] === 'hush-hush-key');
      expect(carriers).toHaveLength(3);
      expect(carriers).toEqual([...world.requests('resource')]);
      expect(stdout + stderr + (await readFile(trace, 'utf8'))).not.toContain('hush');
    },
  );

  test('TOK-1: a header of fetch is for the call alone, and one for the resource goes with all requests', async () => {
    const args = ['fetch', world.resource, ...headless, '-H', 'x-one: 1', '--resource-header', 'x-all: 2'];
    expect((await runHere(folder, args)).code).toBe(0);
    const got = world
      .requests('resource')
      .map(({ path, headers }) => [path, headers['x-one'], headers['x-all']]);
    expect(got).toEqual([
      ['/mcp', '1', '2'],
      ['/.well-known/oauth-protected-resource/mcp', undefined, '2'],
      ['/mcp', '1', '2'],
    ]);
  });

  test('REG-9: the token for registrations comes from a file; without registration nothing is registered', async () => {
    const file = join(folder, 'token');
    await writeFile(file, 'initial-token\n');
    expect((await login('--initial-access-token', `${world.origins.a}=${file}`)).code).toBe(0);
    const [registration] = world.requests('a', 'POST', '/register');
    expect(registration?.headers['authorization']).toBe('Bearer initial-token');
    world.moveTo('b');
    const { code, stderr } = await login('--no-registration');
    expect(code).toBe(1);
    expect(stderr).toContain(`with --client-id ID --issuer ${world.origins.b}.`);
    expect(world.requests('b', 'POST')).toEqual([]);
  });

  test('EXT-4: the assertion of a workload comes from a file', async () => {
    const file = join(folder, 'jwt');
    await writeFile(file, 'a.b.c\n');
    world.issueDirectly('a');
    world.documents.a['code_challenge_methods_supported'] = undefined;
    const client = ['--client-id', 'worker', '--issuer', world.origins.a];
    const args = ['login', world.resource, '--grant', 'workload', '--assertion-file', file, ...client];
    expect((await runHere(folder, args)).code).toBe(0);
    expect(token()?.form.get('assertion')).toBe('a.b.c');
  });
});

describe('what a refusal says', () => {
  test.each<[string, () => void, number, () => string]>([
    [
      'DISC-9: of PKCE',
      () => {
        delete world.documents.a['code_challenge_methods_supported'];
      },
      5,
      () => `or allow it with --allow-without-pkce ${world.origins.a}.`,
    ],
    [
      'DISC-8: of a slash',
      () => {
        world.documents.a['issuer'] = `${world.origins.a}/`;
      },
      5,
      () => `only a slash differs, overlook it with --ignore-slash ${world.origins.a}.`,
    ],
    [
      'DISC-10: of a resource without metadata',
      () => {
        world.pointer = null;
        world.script('resource GET /.well-known/oauth-protected-resource/mcp', () => ({ status: 404 }));
      },
      1,
      () => 'or use --legacy-discovery if it follows the rules of 2025-03-26.',
    ],
    [
      'AUTHZ-2: of the parameter resource',
      () => {
        world.script('a POST /token', () => ({ status: 400, body: { error: 'invalid_target' } }));
      },
      1,
      () =>
        `leave its parameter resource out with --omit-resource ${world.origins.a}, or send another value with --resource-as.`,
    ],
    [
      'REG-9: of a registration without a token',
      () => {
        world.script('a POST /register', () => ({ status: 401 }));
      },
      1,
      () =>
        `--issuer ${world.origins.a}, or give the token that it wants with --initial-access-token ${world.origins.a}=FILE.`,
    ],
    [
      'REG-12: of a redirect URI',
      () => {
        world.script('a POST /register', () => ({ status: 400, body: { error: 'invalid_redirect_uri' } }));
      },
      1,
      () => 'or give a redirect URI that it takes with --redirect-uri.',
    ],
  ])('HOST-2, %s names the flag that helps', async (_what, spoil, exitCode, advice) => {
    spoil();
    const { code, stdout, stderr } = await login();
    expect(stderr).toContain(advice());
    expect(stderr + stdout).not.toMatch(/policy\.|client\.pre/);
    expect([code, stdout]).toEqual([exitCode, '']);
    // The document of explain has the same words.
    const { stdout: document } = await runHere(folder, ['explain', world.resource, '--json', '-q']);
    expect(document).not.toMatch(/policy\.|client\.pre/);
  });

  test.each<[string, readonly string[], RegExp]>([
    [
      'a header that is none',
      ['--resource-header', 'x'],
      /--resource-header must have the form "Name: value"/,
    ],
    [
      'a header of ours',
      ['--header', 'Authorization: x'],
      /--resource-header must be one that can go with every/,
    ],
    [
      'a file that is not there',
      ['--header', 'x-y: @/none'],
      /The header value file \/none cannot be read \(ENOENT\)/,
    ],
    [
      'a parameter of ours',
      ['--authorization-parameter', 'https://a.example state=x'],
      /--authorization-parameter must be one that the engine does not set itself/,
    ],
    [
      'half a parameter',
      ['--authorization-parameter', 'https://a.example'],
      /Give an issuer, a name and a value/,
    ],
    ['half a value', ['--resource-as', 'https://a.example'], /Give an issuer and a value/],
    ['no issuer', ['--omit-resource', 'x'], /--omit-resource must be the https URL of an issuer/],
    ['no server', ['--server', 'x'], /--server must be the https URL of an issuer/],
    ['a port for nobody', ['--callback-port', '8080'], /are for --user-agent browser/],
    [
      'a workload without its JWT',
      ['--grant', 'workload'],
      /--grant workload and --assertion-file need each other/,
    ],
    ['half a token', ['--initial-access-token', 'x'], /Give an issuer and a value/],
  ])('HOST-2: %s is refused before anything is sent', async (_what, flags, why) => {
    const { code, stderr } = await login(...flags);
    expect(stderr).toMatch(why);
    expect([code, world.received]).toEqual([2, []]);
  });

  test.each<[readonly string[], RegExp]>([
    [['--callback-port', '80'], /--callback-port must be a port from 1 to 65535/],
    [['--callback-port', 'x'], /--callback-port must be a port/],
    [['--callback-path', 'x'], /--callback-path must be the path/],
    [['--callback-host', 'localhost'], /--callback-host must be one of 127\.0\.0\.1, ::1/],
  ])('HOST-2: %j is refused', async (flags, why) => {
    const { code, stderr } = await runHere(folder, ['login', world.resource, '--login', ...flags]);
    expect(stderr).toMatch(why);
    expect([code, world.received]).toEqual([2, []]);
  });
});

describe('a person', () => {
  test.each([
    [['login']],
    [['login', '--again']],
    [['login', '--no-login']],
    [['login', '--user-agent', 'paste']],
  ])(
    'AUTHZ-11: is not asked without a terminal: %j ends at once with 3, and registers nothing',
    async (args) => {
      const { code, stdout, stderr } = await runHere(folder, [...args, world.resource]);
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(
        /A person has to log in at \S+, and (there is no terminal|--no-login was given)/,
      );
      expect(world.requests('a', 'POST')).toEqual([]);
    },
  );

  test('AUTHZ-11: nor by fetch, which hands on the answer of the server', async () => {
    const { code, stderr } = await runHere(folder, ['fetch', world.resource, '--no-login']);
    expect(code).toBe(3);
    expect(stderr).toContain(`Run authchart login ${world.resource}.`);
    expect(world.requests('a', 'POST')).toEqual([]);
  });

  test('AUTHZ-11: is not needed where there is a login, or a user agent that needs none', async () => {
    expect((await login('--no-login')).code).toBe(0);
    expect((await runHere(folder, ['login', world.resource, '--no-login'])).code).toBe(0);
    expect((await runHere(folder, ['fetch', world.resource])).code).toBe(0);
    expect((await runHere(folder, ['fetch', world.resource, '--scope', 'more'])).code).toBe(3);
    const more = await runHere(folder, ['login', world.resource, '--scope', 'more']);
    expect(more.code).toBe(3);
    const wrong = await runHere(folder, ['login', world.resource, '--scope', 'a"b']);
    expect(wrong.code).toBe(2);
  });
});

describe('"Logged in"', () => {
  test('TOK-12: is said when the resource has accepted the token', async () => {
    const { stdout } = await login();
    expect(stdout).toMatch(/^Logged in at /);
    expect(JSON.parse((await login('--json')).stdout)).toMatchObject({ accepted: true });
  });

  test('TOK-12, BIND-1: is said of a new login where the resource takes the one of before no more', async () => {
    await login();
    world.moveTo('b');
    const { code, stdout } = await login();
    expect([code, stdout]).toEqual([0, expect.stringContaining(`by ${world.origins.b}`)]);
    expect(world.requests('b', 'GET', '/authorize')).toHaveLength(1);
  });

  test('TOK-12: is not said when the resource refuses it', async () => {
    world.script('resource GET /mcp', () => ({
      status: 401,
      headers: { 'www-authenticate': `Bearer resource_metadata="${world.pointer}"` },
    }));
    const { code, stdout, stderr } = await login();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/does not accept|again and again/);
    expect(stderr).not.toContain('Logged in');
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
  });

  test.each([503, 429, 403])('TOK-12: is not said when it answers %i, which says nothing', async (status) => {
    world.script('resource GET /mcp', ({ headers }) => (headers['authorization'] ? { status } : undefined));
    const { code, stdout, stderr } = await login();
    expect([code, stdout]).toEqual([0, `There is a token of ${world.origins.a}.\n`]);
    expect(stderr).toContain(`answered ${status}, so it is not known whether it accepts this login.`);
    expect(JSON.parse((await login('--json')).stdout)).toMatchObject({ accepted: null });
  });

  test('TOK-12: is not said when it cannot be reached', async () => {
    world.script('resource GET /mcp', ({ headers }) =>
      headers['authorization'] ? { cut: true } : undefined,
    );
    const { code, stdout, stderr } = await login();
    expect([code, stdout]).toEqual([0, `There is a token of ${world.origins.a}.\n`]);
    expect(stderr).toContain('so it is not known whether it accepts this login.');
  });
});
