// `authchart doctor`: finds what is wrong with a store and a machine, says what to do, and changes nothing.
import { execFile } from 'node:child_process';
import { chmod, lstat, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../cli/doctor/finding.ts';
import { startWorld, type World } from '../support/world.ts';
import { type Ended, newFolder, removeFolder, runHere, start } from './command.ts';

let world: World;
let folder: string;

beforeEach(async () => {
  [world, folder] = await Promise.all([startWorld(), newFolder()]);
  const { code } = await runHere(folder, ['login', world.resource, '--user-agent', 'headless', '-q']);
  expect(code).toBe(0);
});

afterEach(async () => {
  await world.close();
  await removeFolder(folder);
});

interface Report extends Ended {
  readonly isWell: boolean;
  /** What was found about a subject, each with its state first. */
  about(subject: string): readonly string[];
}

/** In a process of its own, with nothing of this environment that it looks at. */
async function doctor(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Report> {
  const clean = { HTTPS_PROXY: '', https_proxy: '', HTTP_PROXY: '', http_proxy: '', NODE_EXTRA_CA_CERTS: '' };
  const running = start(folder, ['doctor', '--json', ...args], { env: { ...clean, ...env } });
  const ended = await running.ended;
  const { findings, isWell } = JSON.parse(ended.stdout) as { findings: Finding[]; isWell: boolean };
  const about = (subject: string) =>
    findings
      .filter((one) => one.about === subject)
      .map(({ state, text, todo }) => `${state}: ${text}${todo === undefined ? '' : ` | ${todo}`}`);
  return { ...ended, isWell, about };
}

/** Every entry below a folder, with its rights, its time and its content. */
async function pictureOf(at: string): Promise<readonly unknown[]> {
  const names = await readdir(at, { recursive: true });
  return Promise.all(
    ['.', ...names].sort().map(async (name) => {
      const { mode, mtimeMs, ino } = await lstat(join(at, name));
      const content = await readFile(join(at, name), 'utf8').catch(() => '');
      return [name, mode, mtimeMs, ino, content];
    }),
  );
}

/** The file of the record whose key starts so. */
async function nameOf(key: string, records: string): Promise<string> {
  for (const name of await readdir(records))
    if ((await readFile(join(records, name), 'utf8').catch(() => '')).includes(`"key":"${key}`)) return name;
  return expect.unreachable(`no record of ${key}`);
}

const longAgo = new Date(Date.now() - 3_600_000);

describe('a store', () => {
  test('that is well: exit code 0', async () => {
    const { code, isWell, about } = await doctor();
    expect([code, isWell]).toEqual([0, true]);
    expect(about('Store')).toEqual([`good: ${folder} is yours alone`]);
    expect(about('Records')).toEqual(['good: binding 1, grant 1, registration 1']);
    expect(about('Logins')).toEqual(['good: 1 of 1 have tokens that can be used or renewed']);
    expect(about('Locks')).toEqual(['good: none']);
  });

  test('that is not there yet is nothing wrong', async () => {
    const { code, about } = await doctor(['--store', join(folder, 'none')]);
    expect([code, about('Store')]).toEqual([0, [expect.stringContaining('the first login makes it')]]);
  });

  test('where much is wrong: each with what to do; nothing is changed, and no secret is printed', async () => {
    const records = join(folder, 'records');
    // The binding is still written for a moment after the login.
    const first = await nameOf('registration:', records);
    await chmod(folder, 0o755);
    await chmod(join(records, first), 0o644);
    await writeFile(join(records, `${'a'.repeat(64)}.json`), '{"v":2,"text":"secret-of-the-future"}', {
      mode: 0o600,
    });
    await writeFile(join(records, `${'b'.repeat(64)}.json`), '{"v":1,"half', { mode: 0o600 });
    await mkdir(join(records, `${'c'.repeat(64)}.json`));
    await mkdir(join(records, `${'b'.repeat(64)}.lock`));
    await utimes(join(records, `${'b'.repeat(64)}.lock`), longAgo, longAgo);
    for (const name of ['aside', 'writing'])
      await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'aside', 'x.json.corrupt-1'), 'secret-aside', { mode: 0o600 });
    await writeFile(join(folder, 'writing', 'x.tmp'), 'secret-half', { mode: 0o600 });
    await utimes(join(folder, 'writing', 'x.tmp'), longAgo, longAgo);

    const before = await pictureOf(folder);
    const { code, about, stdout, stderr } = await doctor();
    expect(await pictureOf(folder)).toEqual(before);

    expect(code).toBe(1);
    expect(about('Store')).toEqual([`bad: ${folder} is open to other users (755) | chmod 700 ${folder}`]);
    expect(about('Records')).toEqual([
      'good: binding 1, grant 1, registration 1',
      expect.stringMatching(/^bad: 1 of a newer version of authchart \| use that version/),
      expect.stringMatching(/^bad: 2 damaged \| log in again/),
      `bad: 2 can be read by other users | chmod 600 ${records}/*.json`,
      expect.stringMatching(/^note: 1 half-written/),
      expect.stringMatching(/^bad: 1 set aside, because it was damaged; they hold secrets \| rm -r /),
    ]);
    expect(about('Locks')).toEqual([expect.stringMatching(/^note: 1 left behind/)]);
    const secrets = [...world.accessTokens.keys(), ...world.refreshTokens.keys(), 'secret-'];
    expect(secrets.filter((secret) => (stdout + stderr).includes(secret))).toEqual([]);
  });

  test('with a login that is over names its resource', async () => {
    world.script('a POST /token', ({ form }) => {
      const { refresh_token: _, ...body } = world.mint('a', form.get('scope') ?? '', '');
      return { body: { ...body, expires_in: 1 } };
    });
    await runHere(folder, ['login', world.resource, '--user-agent', 'headless', '-q', '--label', 'short']);
    await expect
      .poll(async () => (await doctor()).about('Logins'), { timeout: 20_000 })
      .toEqual([
        'good: 1 of 2 have tokens that can be used or renewed',
        `note: the one at ${world.resource} is over | authchart status says how to log in again`,
      ]);
  });

  test('that is a link, or no folder', async () => {
    await symlink(folder, join(folder, 'link'));
    await writeFile(join(folder, 'file'), '');
    const [link, file] = await Promise.all([
      doctor(['--store', join(folder, 'link')]),
      doctor(['--store', join(folder, 'file')]),
    ]);
    expect([link.code, file.code]).toEqual([1, 1]);
    expect(link.about('Store')).toEqual([expect.stringContaining('is a symbolic link')]);
    expect(file.about('Store')).toEqual([expect.stringContaining('is not a folder')]);
  });
});

/** What can stand in the place of a folder of the store, or be wrong with it. */
const spoilt: Readonly<Record<string, readonly [(at: string) => Promise<unknown>, string]>> = {
  'is a file': [(at) => writeFile(at, ''), 'is not a folder'],
  'is a link to the folder of another store': [
    async (at) => {
      await mkdir(`${at}-of-another`, { mode: 0o700 });
      await symlink(`${at}-of-another`, at);
    },
    'is a symbolic link',
  ],
  'leads nowhere': [(at) => symlink(join(at, 'none'), at), 'is a symbolic link'],
  'is open to others': [
    async (at) => {
      await mkdir(at);
      await chmod(at, 0o777);
    },
    'is open to other users (777)',
  ],
};

describe.each(['records', 'writing', 'aside'])('the folder %s of a store', (name) => {
  test.skipIf(process.getuid === undefined).each(Object.entries(spoilt))(
    'that %s is wrong',
    async (_what, [spoil, text]) => {
      const at = join(folder, name);
      await rm(at, { recursive: true, force: true });
      await spoil(at);
      const { code, isWell, about } = await doctor();
      expect([code, isWell]).toEqual([1, false]);
      expect(about('Store')).toEqual([expect.stringMatching(`^bad: ${at} ${escaped(text)} \\| .`)]);
      // What cannot be looked at is not counted.
      if (name === 'records' && !text.includes('777')) expect(about('Records')).toEqual([]);
    },
  );
});

const escaped = (text: string): string => text.replaceAll(/[()]/g, '\\$&');

test('the advice for files that others can read is a command that finds them, in any folder', async () => {
  const odd = join(folder, 'a folder');
  await mkdir(join(odd, 'records'), { recursive: true, mode: 0o700 });
  await chmod(odd, 0o700);
  const file = join(odd, 'records', `${'a'.repeat(64)}.json`);
  await writeFile(file, '{}', { mode: 0o644 });
  await chmod(file, 0o644);
  const { about } = await doctor(['--store', odd]);
  const [, advice = ''] = /can be read by other users \| (.*)/.exec(about('Records').join('\n')) ?? [];
  await promisify(execFile)('sh', ['-c', advice]);
  expect((await lstat(file)).mode & 0o777).toBe(0o600);
});

describe('this machine', () => {
  test('Node, terminal, browser and keychain are named', async () => {
    const { about } = await doctor([], { SSH_CONNECTION: '', DISPLAY: '', WAYLAND_DISPLAY: '' });
    expect(about('Node')).toEqual([`good: ${process.version}`]);
    expect(about('Terminal')).toEqual([expect.stringContaining('exit code 3')]);
    if (process.platform === 'linux')
      expect(about('Browser')).toEqual([expect.stringContaining('no display')]);
    expect(about('Keychain')).toHaveLength(1);
    const ssh = await doctor([], { SSH_CONNECTION: 'here' });
    expect(ssh.about('Browser')).toEqual([
      expect.stringMatching(/not opened over SSH \| .*--paste or --device/),
    ]);
  });

  test('proxies are named without their passwords; a variable that is none is wrong', async () => {
    const proxied = await doctor([], {
      HTTPS_PROXY: 'http://ada:hush-hush@proxy.test:3128',
      NO_PROXY: 'a.test',
    });
    expect(proxied.about('Proxies')).toEqual([
      'good: https goes through proxy.test:3128, http straight, but for a.test',
    ]);
    expect(proxied.stdout).not.toContain('hush-hush');
    const wrong = await doctor([], { HTTPS_PROXY: 'socks5://ada:hush-hush@proxy.test' });
    expect([wrong.code, wrong.about('Proxies')]).toEqual([1, [expect.stringContaining('HTTPS_PROXY')]]);
    expect(wrong.stdout).not.toContain('hush-hush');
  });

  test('a file of authorities that is missing, or has none in it', async () => {
    const empty = join(folder, 'empty.pem');
    await writeFile(empty, 'nothing');
    const [missing, none] = await Promise.all([doctor(['--ca', '/none']), doctor(['--ca', empty])]);
    expect(missing.about('Authorities')).toEqual(['bad: --ca: /none cannot be read | name a PEM file']);
    expect(none.about('Authorities')).toEqual([
      `bad: --ca: ${empty} has no certificate in it | name a PEM file`,
    ]);
  });
});

describe('a server', () => {
  test('that answers, with a clock that agrees', async () => {
    const { code, about } = await doctor([world.resource]);
    expect(code).toBe(0);
    expect(about('Server')).toEqual([
      expect.stringMatching(/^good: 127\.0\.0\.1:\d+ asks for a login \(401\)/),
    ]);
    expect(about('Clock')).toEqual(['good: agrees with that of the server']);
  });

  test.each([
    [600_000, /^bad: of this machine is (9 min 5\d s|10 min) behind that of the server/],
    [-600_000, /^bad: of this machine is (9 min 5\d s|10 min) ahead of that of the server/],
  ])('whose clock is %i ms off', async (off, finding) => {
    const server = createServer((_, response) => {
      response.setHeader('date', new Date(Date.now() + off).toUTCString());
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { code, about } = await doctor([`http://127.0.0.1:${(server.address() as AddressInfo).port}/`]);
    server.close();
    expect([code, about('Clock')]).toEqual([1, [expect.stringMatching(finding)]]);
  });

  test.each([
    [500, {}, 1, /^bad: \S+ is not available now \(500\) \| try again later$/],
    [429, {}, 1, /^bad: \S+ is not available now \(429\)/],
    [
      302,
      { location: 'https://b.test/x' },
      1,
      /^bad: \S+ sends you elsewhere \(302\), to https:\/\/b\.test \| check the address/,
    ],
    [304, {}, 1, /^bad: \S+ sends you elsewhere \(304\)/],
    [
      404,
      {},
      1,
      /^bad: \S+ has nothing at this address \(404\) \| check the address\. That of an MCP server/,
    ],
    [410, {}, 1, /^bad: \S+ has nothing at this address \(410\)/],
    [
      200,
      { 'content-type': 'text/html; charset=utf-8' },
      1,
      /^bad: \S+ answers with a web page \(200\).* \| check the address/,
    ],
    [200, { 'content-type': 'application/json' }, 0, /^good: \S+ lets you in without a login \(200\)/],
    [403, {}, 0, /^note: \S+ refuses \(403\).* \| authchart explain http\S+ says more$/],
    [405, {}, 0, /^note: \S+ answers 405/],
  ])('that answers %i %j', async (status, headers, code, finding) => {
    const server = createServer((_, response) => {
      response.writeHead(status, headers);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const report = await doctor([`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`]);
    server.close();
    expect(report.about('Server')).toEqual([expect.stringMatching(finding)]);
    expect([report.code, report.isWell]).toEqual([code, code === 0]);
  });

  test('that has a web page, and metadata that say that it is a resource all the same', async () => {
    world.script('resource GET /mcp', () => ({ headers: { 'content-type': 'text/html' }, body: '<p>' }));
    const { code, about } = await doctor([world.resource]);
    expect([code, about('Server')]).toEqual([0, [expect.stringMatching(/^good: .* with a web page/)]]);
  });

  test('that is not there', async () => {
    const gone = await startWorld();
    await gone.close();
    const { code, about } = await doctor([gone.resource]);
    expect([code, about('Clock')]).toEqual([1, []]);
    expect(about('Server')).toEqual([expect.stringMatching(/^bad: .* cannot be reached \(ECONNREFUSED\)/)]);
  });
});

test('people get a list that ends with one sentence', async () => {
  const { stdout } = await start(folder, ['doctor'], {
    env: { COLUMNS: '80', HTTPS_PROXY: '', https_proxy: '', NODE_EXTRA_CA_CERTS: '' },
  }).ended;
  expect(stdout).toMatch(/^ {2}✓ Store {5}\S/);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('Nothing is wrong.');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
