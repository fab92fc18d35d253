// Which command lines are accepted, and which are refused before anything is sent. They run in this process, for speed.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newFolder, removeFolder, runHere } from './command.ts';

const server = createServer((request, response) => {
  requests.push(request.url ?? '');
  response.end();
});
const requests: string[] = [];
let url: string;
let folder: string;

beforeAll(async () => {
  folder = await newFolder();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterAll(async () => {
  server.close();
  await removeFolder(folder);
});

test.each([
  ['a URL that is none', ['login', 'nonsense'], /it is not an absolute URL\. Give one such as/],
  ['plain http', ['status', 'http://mcp.example/'], /it is plain http/],
  ['a password, which is not repeated', ['login', 'https://me:pass-word@mcp.example/'], /it names a user/],
  [
    'an issuer without a client',
    ['login', 'URL', '--issuer', 'https://a.example'],
    /--issuer needs --client-id/,
  ],
  ['a secret without a client', ['login', 'URL', '--client-secret-file', '/none'], /-file needs --client-id/],
  [
    'a secret that is not there',
    ['login', 'URL', '--client-id', 'a', '--client-secret-file', '/none'],
    /file \/none cannot be read \(ENOENT\)/,
  ],
  [
    'an issuer that is no URL',
    ['login', 'URL', '--client-id', 'a', '--issuer', 'x'],
    /^authchart: --issuer must be the https URL of an issuer/,
  ],
  [
    'an issuer with a query',
    ['login', 'URL', '--client-id', 'a', '--issuer', 'https://a.example?x'],
    /--issuer must be .* without .* query/,
  ],
  ['a client id that is none', ['login', 'URL', '--client-id', 'ä'], /--client-id must be .* ASCII/],
  ['a scope that is none', ['login', 'URL', '--scope', 'a"b'], /--scope must be one scope/],
  [
    'a redirect URI to nowhere',
    ['login', 'URL', '--user-agent', 'paste', '--redirect-uri', 'http://a.example/'],
    /--redirect-uri must be an https URL/,
  ],
  ['more time than there is', ['login', 'URL', '--timeout', '2147484'], /Give a number of seconds/],
  [
    'a metadata URL without path',
    ['login', 'URL', '--client-metadata-url', 'https://a.example'],
    /--client-metadata-url must be .* with a path/,
  ],
  ['no time', ['login', 'URL', '--timeout', '0'], /Give a number of seconds, such as 120/],
  ['no scope', ['login', 'URL', '--scope', ' '], /Name at least one scope/],
  ['an unknown user agent', ['login', 'URL', '--user-agent', 'mail'], /browser, headless, paste/],
  ['a redirect to elsewhere', ['login', 'URL', '--redirect-uri', 'https://a.example/'], /--user-agent paste/],
  ['a token of its own', ['fetch', 'URL', '-H', 'authorization: Bearer x'], /its own Authorization header/],
  ['half a header', ['fetch', 'URL', '-H', 'x'], /must have the form "Name: value"/],
  ['two bodies', ['fetch', 'URL', '-d', 'a=b', '--json', '{}'], /two bodies\. Give only one/],
  ['a body to GET', ['fetch', 'URL', '-d', 'a=b', '-X', 'GET'], /GET request has no body/],
  ['a method that is none', ['fetch', 'URL', '-X', 'G T'], /not a method of HTTP/],
  ['a file that is not there', ['fetch', 'URL', '-d', '@/none'], /of -d cannot be read \(ENOENT\)/],
  [
    'two readers of one input',
    ['fetch', 'URL', '-d', '@-', '--user-agent', 'paste'],
    /the pasted address at once/,
  ],
  ['no URL', ['fetch'], /The URL is missing/],
  ['no argument', ['token'], /missing required argument 'url'/],
  ['one command too many', ['status', 'URL', 'more'], /too many arguments/],
  ['an unknown command', ['loguot'], /Did you mean logout\?/],
  ['an unknown flag', ['login', 'URL', '--lable', 'x'], /Did you mean --label\?/],
  ['an unknown flag of the program', ['--versoin'], /Did you mean --version\?/],
])('%s is refused with exit code 2, and nothing is sent', async (_, args, why) => {
  const given = args.map((arg) => (arg === 'URL' ? url : arg));
  const { code, stdout, stderr } = await runHere(folder, given);
  expect(stderr).toMatch(why);
  expect(stderr).toMatch(/^authchart: /);
  expect(stderr).not.toMatch(/pass-word|\n {4}at /);
  expect([code, stdout, requests]).toEqual([2, '', []]);
});

test('a refusal is a document too, when asked for', async () => {
  const { code, stdout } = await runHere(folder, ['login', 'nonsense', '--json']);
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'config_invalid', phase: 'configuring', recovery: 'fix-config' },
  });
});

const names = ['login', 'fetch', 'token', 'status', 'explain', 'logout', 'import', 'inspect', 'completion'];

test('help lists the commands and the exit codes; without a command it is an error', async () => {
  const { code, stdout, stderr } = await runHere(folder, ['--help']);
  expect([code, stderr]).toEqual([0, '']);
  for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  for (const exit of [0, 1, 2, 3, 4, 5]) expect(stdout).toMatch(new RegExp(`^ .*\\b${exit}  \\w`, 'm'));
  expect(stdout).toMatch(/^The three commands that you need:\n {2}authchart login URL/);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const bare = await runHere(folder, []);
  expect([bare.code, bare.stdout, bare.stderr]).toEqual([2, '', stdout]);
});

test.each(names)('help of %s has examples, and fits on a screen', async (name) => {
  const { code, stdout, stderr } = await runHere(folder, [name, '--help']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(new RegExp(`^Usage: authchart ${name} `));
  expect(stdout).toMatch(new RegExp(`^Examples:\\n(?:.+\\n)*? {2}authchart ${name}`, 'm'));
  expect(stdout).not.toMatch(/undefined|NaN/);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('the version is the one of the package', async () => {
  expect((await runHere(folder, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+/);
});
