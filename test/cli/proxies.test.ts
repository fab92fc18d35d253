// The command behind a proxy, and with an authority of its own: variables, `--ca`, exit codes and sentences.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { obstacle, useSecureSetting } from '../support/secureSetting.ts';
import type { SecureWorld } from '../support/secureWorld.ts';
import { type Ended, newFolder, removeFolder, run, runHere } from './command.ts';

const url = 'https://mcp.test/mcp';

describe.skipIf(obstacle !== undefined)('the command', () => {
  const setting = useSecureSetting();
  const caFile = () => setting().authority.file;
  let folder: string;
  let world: SecureWorld;

  beforeEach(async () => {
    folder = await newFolder();
    world = await setting().world();
  });
  afterEach(() => removeFolder(folder));

  /** Runs it in this process, with this proxy for https. */
  function runThrough(proxy: string, ...args: readonly string[]): Promise<Ended> {
    vi.stubEnv('HTTPS_PROXY', proxy);
    return runHere(folder, args);
  }

  test('logs in and sends by way of HTTPS_PROXY, with --ca, and prints no password', async () => {
    const proxy = await setting().proxy({ names: world.names });
    const given = proxy.url.replace('://', '://ada:hush-hush@');
    const args = ['fetch', url, '--user-agent', 'headless', '--ca', caFile(), '-v'];
    const { code, stdout, stderr } = await runThrough(given, ...args);
    expect([code, JSON.parse(stdout)]).toEqual([0, { ok: true }]);
    expect([...new Set(proxy.requests)]).toEqual(['CONNECT mcp.test:443', 'CONNECT a.test:443']);
    expect(stderr).not.toContain('hush-hush');
    const { stdout: explained } = await runThrough(given, 'explain', url, '--ca', caFile(), '--json');
    expect(explained).toContain('mcp.test');
    expect(explained).not.toContain('hush-hush');
    expect((await runThrough(given, 'logout', url, '--ca', caFile())).code).toBe(0);
    expect(world.world.requests('a', 'POST', '/revoke').length).toBeGreaterThan(0);
  });

  test('in a process of its own trusts what NODE_EXTRA_CA_CERTS names', async () => {
    const proxy = await setting().proxy({ names: world.names });
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    const args = ['fetch', url, '--user-agent', 'headless', '-q'];
    const before = await run(folder, args);
    vi.stubEnv('NODE_EXTRA_CA_CERTS', caFile());
    const after = await run(folder, args);
    expect([before.code, after.code, JSON.parse(after.stdout)]).toEqual([5, 0, { ok: true }]);
  });

  test.each(['login', 'fetch', 'explain'])(
    'D45: %s refuses a certificate that is not trusted, and names --ca',
    async (command) => {
      const proxy = await setting().proxy({ names: world.names });
      const { code, stdout, stderr } = await runThrough(proxy.url, command, url, '--user-agent', 'headless');
      // What explain finds is its result.
      const said = command === 'explain' ? stdout : stderr;
      expect([code, command === 'explain' ? stderr : stdout]).toEqual([5, '']);
      expect(said).toMatch(
        /The certificate of mcp\.test is not trusted \([A-Z_]+\), since its authority is not known here/,
      );
      expect(said).toContain(
        'If you trust that authority, give its certificate with --ca FILE, or in NODE_EX',
      );
      expect(said).not.toMatch(/nodeFetch|later/);
    },
  );

  test('D45: says that a certificate has expired', async () => {
    const port = await setting().server(setting().authority.sign(['DNS:mcp.test'], -1));
    const proxy = await setting().proxy({ names: { 'mcp.test:443': port } });
    const { code, stdout } = await runThrough(
      proxy.url,
      'login',
      url,
      '--login',
      '--ca',
      caFile(),
      '--json',
      '-q',
    );
    expect(code).toBe(5);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ code: 'certificate_invalid', recovery: 'none' });
    expect(error.message).toMatch(
      /^The certificate of mcp\.test has expired \(CERT_HAS_EXPIRED\); check the clock/,
    );
  });

  test('ends with 4 when the proxy is not there, and names it', async () => {
    const proxy = await setting().proxy();
    await proxy.close();
    for (const command of [['login', '--login'], ['fetch'], ['explain']]) {
      const { code, stdout, stderr } = await runThrough(proxy.url, ...command, url);
      expect(code).toBe(4);
      expect(stdout + stderr).toContain(
        `The proxy ${proxy.host} on the way to mcp.test could not be reached`,
      );
    }
  });

  test.each([
    ['HTTPS_PROXY', 'socks5://hush-hush:1', [], /^authchart: HTTPS_PROXY must be the URL of an HTTP proxy/],
    ['http_proxy', 'http://hush hush', [], /^authchart: http_proxy must be the URL of an HTTP proxy/],
    [
      'NO_PROXY',
      '*',
      ['--ca', '/none/ca.pem'],
      /^authchart: --ca cannot be read \(ENOENT\); name a PEM file/,
    ],
    [
      'NO_PROXY',
      '*',
      ['--ca', import.meta.filename],
      /^authchart: --ca must be a file of certificates in PEM/,
    ],
  ])('HOST-2: refuses %s=%s %j with exit code 2', async (name, value, flags, why) => {
    vi.stubEnv(name, value);
    const { code, stdout, stderr } = await runHere(folder, ['login', url, ...flags]);
    expect(stderr).toMatch(why);
    expect(stderr).not.toContain('hush');
    expect([code, stdout, world.world.received]).toEqual([2, '', []]);
  });
});

test('the help names the variables, and the option of each command that sends', async () => {
  const { stdout } = await runHere('', ['--help']);
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'])
    expect(stdout).toContain(name);
  for (const command of ['login', 'fetch', 'token', 'explain', 'logout', 'inspect'])
    expect((await runHere('', [command, '--help'])).stdout).toMatch(/^ +--ca <file>/m);
});
