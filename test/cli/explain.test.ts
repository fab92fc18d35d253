// `authchart explain` without a login: what it finds in worlds with every kind of fault, what it advises, and how it ends.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';
import { newFolder, removeFolder, runHere } from './command.ts';

let world: World;
let folder: string;

beforeEach(async () => {
  [world, folder] = await Promise.all([startWorld(), newFolder()]);
});

afterEach(async () => {
  await world.close();
  await removeFolder(folder);
});

const explain = (...args: readonly string[]) =>
  runHere(folder, ['explain', ...args, '--request-timeout', '2']);

/** Every request to the resource is answered so. */
function resourceAnswers(answer: Parameters<World['script']>[1], path: `/${string}` = '/mcp'): string {
  for (const method of ['GET', 'POST']) world.script(`resource ${method} ${path}`, answer);
  return world.origins.resource + path;
}

test('a good server: each step, and the login that is missing; nothing is registered, opened or stored', async () => {
  const { code, stdout, stderr } = await explain(world.resource, '--label', 'work');
  const { resource, a } = world.origins;
  expect(stdout).toBe(
    `${world.resource}
  ✓ The resource  asks for a login (401), and says where its metadata is
  ✓ Its metadata  ${resource}/.well-known/oauth-protected-resource/mcp names ${a}
  ✓ The server    ${a} supports PKCE
  ✓ The client    can be registered there: the first login does that
  ✓ The login     would ask for the scopes read
  ✗ Your login    nobody is logged in here

What to do: authchart login ${world.resource} --label work
`,
  );
  expect([code, stderr]).toEqual([3, '']);
  expect(world.received.filter(({ path }) => /register|authorize|token/.test(path))).toEqual([]);
  expect((await runHere(folder, ['status', '--json'])).stdout).toContain('"sessions": []');
});

test('a login that works: exit code 0', async () => {
  expect((await runHere(folder, ['login', world.resource, '--user-agent', 'headless', '-q'])).code).toBe(0);
  const { code, stdout } = await explain(world.resource);
  expect(code).toBe(0);
  expect(stdout).toMatch(/✓ Your login {2}Logged in at .*\n\nWhat to do: Nothing: you are let in\.\n$/);
});

test('a login that the resource does not take any more', async () => {
  expect((await runHere(folder, ['login', world.resource, '--user-agent', 'headless', '-q'])).code).toBe(0);
  world.expireAccessTokens();
  world.script('a POST /token', () => ({ status: 400, body: { error: 'invalid_grant' } }));
  const { code, stdout } = await explain(world.resource);
  expect(code).toBe(3);
  expect(stdout).toMatch(
    /✗ Your login {4}is not accepted any more\n\nWhat to do: authchart login http\S+\n$/,
  );
});

type Fault = readonly [
  what: string,
  arrange: () => string | undefined,
  args: readonly string[],
  code: number,
  finding: RegExp,
  todo: RegExp,
];

/** Another value for a member of a document. */
function change(document: 'resource' | 'a', name: string, value: unknown): undefined {
  world.documents[document][name] = value;
}

const nowhere = () => ({ status: 404 });

const faults: readonly Fault[] = [
  [
    'a resource that answers everybody needs no login',
    () => resourceAnswers(() => ({ body: {} }), '/open'),
    [],
    0,
    /✓ The resource {2}lets you in without a login \(200\)/,
    /Nothing: it needs no login/,
  ],
  [
    'a web page',
    () =>
      resourceAnswers(() => ({ body: '<p>', headers: { 'content-type': 'text/html; charset=x' } }), '/home'),
    [],
    1,
    /✗ The resource {2}answers with a web page \(200\)/,
    /this one is for browsers/,
  ],
  [
    'a login page of somebody else',
    () =>
      resourceAnswers(
        () => ({ status: 302, headers: { location: 'https://sso.example/login?x=y' } }),
        '/home',
      ),
    [],
    5,
    /✗ The resource {2}sends you elsewhere \(302\), to https:\/\/sso\.example\n/,
    /Check the address/,
  ],
  [
    'a wrong address',
    () => `${world.origins.resource}/nowhere`,
    [],
    1,
    /✗ The resource {2}has nothing at this address \(404\)/,
    /often ends in \/mcp or \/sse/,
  ],
  [
    'a resource without metadata',
    () => {
      world.script('resource GET /.well-known/oauth-protected-resource/mcp', nowhere);
      world.pointer = null;
      return undefined;
    },
    [],
    1,
    /✓ The resource {2}asks for a login \(401\)\n {2}✗ Its metadata/,
    /Ask its operator how to log in.*--legacy-discovery/,
  ],
  [
    'metadata of another resource',
    () => change('resource', 'resource', 'https://other.example/mcp'),
    [],
    5,
    /✗ Its metadata {2}.*is about "https:\/\/other\.example\/mcp"/,
    /Use the address that the metadata is about/,
  ],
  [
    'metadata that names no server',
    () => change('resource', 'authorization_servers', []),
    [],
    1,
    /✗ Its metadata {2}.*names no usable authorization server/,
    /Tell the operator/,
  ],
  [
    'a server in a private network',
    () => change('resource', 'authorization_servers', ['http://10.0.0.1:8']),
    [],
    5,
    /✗ Its metadata {2}.*was refused: it is plain http/,
    /Nothing was sent|operator/,
  ],
  [
    'a server without metadata',
    () => {
      world.script('a GET /.well-known/oauth-authorization-server', nowhere);
      return undefined;
    },
    [],
    1,
    /✓ Its metadata[\s\S]*✗ The server {4}\S+ publishes no authorization server metadata/,
    /Tell the operator/,
  ],
  [
    'a server without PKCE',
    () => {
      delete world.documents.a['code_challenge_methods_supported'];
      return undefined;
    },
    [],
    5,
    /✗ The server {4}\S+ does not say that it supports PKCE/,
    /--allow-without-pkce http/,
  ],
  [
    'a server with another name',
    () => change('a', 'issuer', 'https://evil.example'),
    [],
    5,
    /✗ The server {4}.*its issuer is "https:\/\/evil\.example"/,
    /tell the server's operator/,
  ],
  [
    'a server that registers nobody',
    () => {
      delete world.documents.a['registration_endpoint'];
      return undefined;
    },
    [],
    1,
    /✗ The client {4}\S+ offers no way to register/,
    /Register a client there by hand, and give it with --client-id ID --issuer http/,
  ],
  [
    'a client of another server',
    () => undefined,
    ['--client-id', 'mine', '--issuer', 'https://else.example'],
    5,
    /✗ The client {4}The client for .* was registered at https:\/\/else\.example/,
    /register a client there/,
  ],
  [
    'a client without an issuer',
    () => undefined,
    ['--client-id', 'mine'],
    5,
    /✗ The client {4}.*do not say which server issued them/,
    /Add --issuer http/,
  ],
  [
    'a server without logins on another device',
    () => undefined,
    ['--grant', 'device'],
    1,
    /✗ The login {5}cannot be made on another device there/,
    /Leave out --grant device/,
  ],
  [
    'an outage of the resource',
    () => resourceAnswers(() => ({ status: 503 })),
    [],
    4,
    /✗ The resource {2}is not available now \(503\)/,
    /Try again later/,
  ],
  [
    'an outage of the server',
    () => {
      world.script('a GET /.well-known/oauth-authorization-server', () => ({ status: 503 }));
      return undefined;
    },
    [],
    4,
    /✗ The server {4}.*is not available now \(503\)/,
    /Try again later/,
  ],
  [
    'nobody there',
    () => 'http://127.0.0.1:9/mcp',
    [],
    4,
    /✗ The resource {2}127\.0\.0\.1:9 could not/,
    /doctor/,
  ],
  [
    'a resource that never answers',
    () => resourceAnswers(() => new Promise(() => {})),
    [],
    4,
    /✗ The resource {2}.*did not answer within 2000 ms/,
    /doctor/,
  ],
];

describe('what is in the way', () => {
  test.each(faults)('%s', async (_what, arrange, args, exit, finding, todo) => {
    const resource = arrange() ?? world.resource;
    const { code, stdout, stderr } = await explain(resource, ...args);
    expect(stdout).toMatch(finding);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^What to do: /);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(todo);
    expect([code, stderr]).toEqual([exit, '']);
    expect(stdout).not.toMatch(/policy\.|client\.pre|login\(/);
    expect(world.received.filter(({ path }) => /register|authorize|token/.test(path))).toEqual([]);
  });

  test('is in the document, too', async () => {
    delete world.documents.a['registration_endpoint'];
    const { code, stdout } = await explain(world.resource, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      code,
      summary: expect.stringContaining('offers no way to register'),
      failure: { code: 'registration_impossible', recovery: 'fix-config' },
      findings: [{ good: true }, { good: true }, { good: true }, { about: 'The client', good: false }],
      todo: expect.stringMatching(/^Register a client there by hand/),
    });
  });
});
