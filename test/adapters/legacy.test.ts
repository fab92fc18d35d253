// Logins of other tools: read as strangers' files, imported under an issuer that is known, and used there only.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  type Found,
  type FoundLogin,
  type ImportOptions,
  importLogins,
  loopbackUserAgent,
  mcpRemoteFolder,
  readMcpRemote,
  readSdkRecords,
} from '../../adapters/node.ts';
import { type EngineOptions, memoryStore, type Store } from '../../index.ts';
import { callTool, everythingTold, failureOf, testEngine, textsOf } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';
import {
  clientInfo,
  contentsOf,
  foreignFolder,
  type Json,
  tokenSet,
  writeMcpRemote,
} from './foreignLogins.ts';

const RESOURCE = 'https://mcp.example.com/mcp';
const ISSUER = 'https://as.example.com';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = await foreignFolder();
  store = memoryStore();
});

const read = (...resources: string[]): Promise<Found> => readMcpRemote({ folder, resources });
const messagesOf = ({ failures }: Found): string => failures.map(({ message }) => message).join('\n');

/** Every record with its version. */
async function everything(of: Store): Promise<readonly (readonly [string, unknown])[]> {
  const keys = [...(await of.list(''))].sort();
  return Promise.all(keys.map(async (key) => [key, await of.get(key)] as const));
}

describe('the folder of mcp-remote', () => {
  it('is where mcp-remote itself looks', () => {
    expect(mcpRemoteFolder({ MCP_REMOTE_CONFIG_DIR: '/elsewhere' })).toBe('/elsewhere');
    expect(mcpRemoteFolder({ MCP_REMOTE_CONFIG_DIR: '' })).toMatch(/[\\/]\.mcp-auth$/);
  });

  it('gives a login by the hash of its URL, without an expiry', async () => {
    const stem = await writeMcpRemote(folder, { of: RESOURCE });
    // md5sum says so, too.
    expect(stem).toBe('mcp-remote-0.1.38/94baabe3c3fadb285b26c035e4e86046');
    expect(await read(RESOURCE)).toEqual({
      logins: [
        {
          resource: RESOURCE,
          from: [`${stem}_client_info.json`, `${stem}_tokens.json`],
          client: {
            clientId: 'foreign-client',
            authMethod: 'none',
            redirectUris: ['http://localhost:12830/oauth/callback'],
          },
          tokens: {
            accessToken: 'foreign-access-token',
            refreshToken: 'foreign-refresh-token',
            granted: ['read'],
          },
        },
      ],
      failures: [],
      unknown: [],
    });
  });

  it('S14: of several versions the newest login that is whole counts, and the others are named', async () => {
    const save = (version: string, savedAt: number, refresh_token?: string) =>
      writeMcpRemote(folder, { of: RESOURCE, version, savedAt, tokens: tokenSet({ refresh_token }) });
    const first = await save('', 1_700_000_000, 'first');
    const downgraded = await save('0.1.29', 1_760_000_300, 'downgraded');
    const later = await save('0.1.38', 1_760_000_200, 'later');
    const unrenewable = await save('0.1.41', 1_760_000_400);
    const { logins } = await read(RESOURCE);
    expect(logins.map(({ tokens }) => tokens?.refreshToken)).toEqual(['downgraded']);
    expect(logins[0]?.from).toEqual([`${downgraded}_client_info.json`, `${downgraded}_tokens.json`]);
    expect(logins[0]?.older).toEqual(
      [unrenewable, later, first].flatMap((stem) => [`${stem}_client_info.json`, `${stem}_tokens.json`]),
    );
  });

  it.each<[string, string, readonly string[], Partial<FoundLogin>]>([
    ['as it was typed', 'https://mcp.example.com', ['https://mcp.example.com/'], {}],
    ['with the slash', 'https://mcp.example.com/', ['https://mcp.example.com'], {}],
    [
      'and of its resource parameter',
      `${RESOURCE}|https://api.example.com`,
      [RESOURCE, 'https://api.example.com'],
      { resource: RESOURCE, audience: 'https://api.example.com' },
    ],
  ])('finds the hash of a URL %s', async (_what, of, resources, expected) => {
    await writeMcpRemote(folder, { of });
    expect((await read(...resources)).logins).toMatchObject([expected]);
  });

  it('names what is of no resource that was named, and nothing else', async () => {
    const stem = await writeMcpRemote(folder, { of: 'https://other.example/mcp' });
    const headers = await writeMcpRemote(folder, { of: `${RESOURCE}|{"X-Team":"blue"}`, version: '' });
    await writeFile(join(folder, 'notes_tokens.json'), '{}');
    await mkdir(join(folder, 'another-tool'));
    await rename(join(folder, `${stem}_lock.json`), join(folder, 'another-tool', 'x_tokens.json'));
    const { logins, failures, unknown } = await read(RESOURCE);
    expect([logins, failures]).toEqual([[], []]);
    expect(unknown).toEqual(
      [headers, stem].flatMap((one) => [`${one}_client_info.json`, `${one}_tokens.json`]),
    );
  });

  it('may be missing, and must be a folder', async () => {
    const nothing: Found = { logins: [], failures: [], unknown: [] };
    expect(await readMcpRemote({ folder: join(folder, 'none'), resources: [RESOURCE] })).toEqual(nothing);
    await writeFile(join(folder, 'file'), '');
    const broken = readMcpRemote({ folder: join(folder, 'file'), resources: [] });
    expect(await failureOf(broken)).toMatchObject({ code: 'config_invalid' });
  });
});

describe('a file that is not as it should be', () => {
  const other = 'https://other.example/mcp';
  const secret = 'must-not-be-told';

  it.each<[string, Json | string | Uint8Array, RegExp]>([
    ['S01: a truncated', `{"access_token":"${secret}`, /JSON object/],
    ['S01: an empty', '', /JSON object/],
    ['a list for a', '[]', /JSON object/],
    ['S02: a corrupt', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /JSON object/],
    ['a deeply nested', '['.repeat(200_000), /JSON object/],
    ['a huge', JSON.stringify(tokenSet({ padding: secret.repeat(20_000) })), /too large/],
    ['a tokenless', { token_type: 'Bearer' }, /no usable access_token/],
    ['an erring', { error: 'invalid_grant', access_token: secret }, /error/],
    ['a header-splitting', tokenSet({ access_token: `${secret}\r\nx: y` }), /no usable access_token/],
    ['a key-bound', tokenSet({ token_type: 'DPoP' }), /not Bearer/],
    ['a strangely stamped', tokenSet({ issuer: [ISSUER] }), /issuer/],
  ])('%s file of tokens is named, and the others are read', async (_what, tokens, why) => {
    const stem = await writeMcpRemote(folder, { of: RESOURCE, tokens });
    await writeMcpRemote(folder, { of: other });
    const found = await read(RESOURCE, other);
    expect(found.logins.map(({ resource }) => resource)).toEqual([other]);
    expect(found.failures).toMatchObject([{ code: 'record_corrupt', phase: 'storing' }]);
    expect(messagesOf(found)).toContain(`${stem}_tokens.json`);
    expect(messagesOf(found)).toMatch(why);
    expect(messagesOf(found)).not.toContain(secret);
  });

  it.each<[string, Json | string]>([
    ['no id', clientInfo({ client_id: undefined })],
    ['an id that is none', clientInfo({ client_id: 'a\nb' })],
    ['no secret for its method', clientInfo({ token_endpoint_auth_method: 'client_secret_post' })],
    ['another method', clientInfo({ token_endpoint_auth_method: 'tls_client_auth', client_secret: secret })],
    ['nothing', 'null'],
  ])('a client with %s is named, and its tokens are left out', async (_what, client) => {
    const stem = await writeMcpRemote(folder, { of: RESOURCE, client });
    const found = await read(RESOURCE);
    expect(found.logins).toEqual([]);
    expect(messagesOf(found)).toContain(`${stem}_client_info.json`);
    expect(messagesOf(found)).not.toContain(secret);
  });

  it('S10: symbolic links are not followed, neither to a file nor to a folder', async () => {
    const outside = await foreignFolder();
    const stem = await writeMcpRemote(outside, { of: RESOURCE });
    const inside = await writeMcpRemote(folder, { of: RESOURCE, version: '', tokens: null });
    await symlink(join(outside, `${stem}_tokens.json`), join(folder, `${inside}_tokens.json`));
    await symlink(join(outside, 'mcp-remote-0.1.38'), join(folder, 'mcp-remote-0.1.38'));
    const found = await read(RESOURCE);
    expect([found.logins, found.unknown]).toEqual([[], []]);
    expect(messagesOf(found)).toMatch(/mcp-remote-0\.1\.38 .* symbolic link/);
    expect(messagesOf(found)).toContain(`${inside}_tokens.json was left out, because it is a symbolic link`);
  });

  it('a pipe or a folder in the place of a file does not hang the reader', async (context) => {
    const stem = await writeMcpRemote(folder, { of: RESOURCE, tokens: null });
    const made = await promisify(execFile)('mkfifo', [join(folder, `${stem}_tokens.json`)]).catch(() => null);
    if (made === null) context.skip('there is no mkfifo here');
    await mkdir(join(folder, `mcp-remote-0.1.29`));
    await mkdir(join(folder, `${stem.replace('0.1.38', '0.1.29')}_tokens.json`));
    const found = await read(RESOURCE);
    expect(found.logins).toEqual([]);
    expect(messagesOf(found).match(/not a plain file/g)).toHaveLength(2);
  });

  it('S16: a record with __proto__ has what it holds itself, and nothing more', async () => {
    const planted = (record: Json): string =>
      JSON.stringify(record).replace('{', `{"__proto__":{"issuer":"${ISSUER}","refresh_token":"planted"},`);
    await writeMcpRemote(folder, {
      of: RESOURCE,
      client: planted(clientInfo()),
      tokens: planted(tokenSet({ refresh_token: undefined })),
    });
    const { logins, failures } = await read(RESOURCE);
    expect(failures).toEqual([]);
    expect(Object.keys(logins[0]?.tokens ?? {})).toEqual(['accessToken', 'granted']);
    expect([logins[0]?.client?.issuer, logins[0]?.tokens?.issuer, Object.keys(Object.prototype)]).toEqual([
      undefined,
      undefined,
      [],
    ]);
  });

  it('a name that would move the cursor is escaped', async () => {
    await mkdir(join(folder, 'target'));
    await symlink(join(folder, 'target'), join(folder, 'mcp-remote-\u001b[2J'));
    expect(messagesOf(await read(RESOURCE))).toContain('mcp-remote-\\u{1b}[2J');
  });
});

describe('files of the SDK', () => {
  const stamp = { issuer: ISSUER };

  async function write(name: string, content: unknown): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, JSON.stringify(content));
    return path;
  }

  it('one with both records, or one for each: the same login', async () => {
    const client = clientInfo(stamp);
    const tokens = tokenSet(stamp);
    const whole = await write('oauth.json', { codeVerifier: 'x', clientInformation: client, tokens });
    const parts = [await write('client.json', client), await write('tokens.json', tokens)];
    const [one, other] = await Promise.all([
      readSdkRecords({ files: [whole], resource: RESOURCE }),
      readSdkRecords({ files: parts, resource: RESOURCE }),
    ]);
    expect(one.logins).toMatchObject([{ client: stamp, tokens: { ...stamp, granted: ['read'] } }]);
    expect(other.logins).toEqual([{ ...one.logins[0], from: parts }]);
  });

  it('a resourceUrl names the resource, or has to cover the one that is named', async () => {
    const audience = 'https://mcp.example.com/';
    const file = await write('oauth.json', {
      clientInformation: clientInfo(stamp),
      tokens: tokenSet(stamp),
      resourceUrl: audience,
    });
    const read = (resource?: string) => readSdkRecords({ files: [file], ...(resource && { resource }) });
    expect((await read()).logins).toMatchObject([{ resource: audience, audience }]);
    expect((await read(RESOURCE)).logins).toMatchObject([{ resource: RESOURCE, audience }]);
    const elsewhere = await read('https://other.example/mcp');
    expect(elsewhere.logins).toEqual([]);
    expect(elsewhere.failures).toMatchObject([{ code: 'resource_mismatch' }]);
  });

  it('what makes up no login is refused', async () => {
    const tokens = await write('tokens.json', tokenSet());
    expect(await failureOf(readSdkRecords({ files: [tokens] }))).toMatchObject({ code: 'config_invalid' });
    const why = async (...files: string[]) => messagesOf(await readSdkRecords({ files, resource: RESOURCE }));
    expect(await why(tokens, tokens)).toMatch(/the same part/);
    expect(await why(join(folder, 'none.json'))).toMatch(/it does not exist/);
    expect(await why(await write('settings.json', { theme: 'dark' }))).toMatch(/neither a client nor tokens/);
  });
});

/** One that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A login that says whose it is, twice. */
const login = (more: Partial<FoundLogin> = {}): FoundLogin => ({
  from: ['file'],
  resource: RESOURCE,
  client: { clientId: 'foreign-client', authMethod: 'none', redirectUris: [], issuer: ISSUER },
  tokens: { accessToken: 'foreign-access', refreshToken: 'foreign-refresh', issuer: ISSUER },
  ...more,
});

/** The same, which does not say it. */
const unstamped = (): FoundLogin => ({
  ...login(),
  client: { clientId: 'foreign-client', authMethod: 'none', redirectUris: [] },
  tokens: { accessToken: 'foreign-access', refreshToken: 'foreign-refresh' },
});

describe('whose it is', () => {
  const half = (part: 'client' | 'tokens'): FoundLogin => ({ ...login(), [part]: unstamped()[part] });

  it.each<[string, FoundLogin]>([
    ['neither record', unstamped()],
    ['not the client', half('client')],
    ['not the tokens', half('tokens')],
  ])('S07, BIND-10: %s says it: nothing is written, until a person says it', async (_what, found) => {
    expect(await importLogins(store, [found])).toMatchObject([
      { outcome: 'not-imported', failure: { code: 'credential_without_issuer', recovery: 'fix-config' } },
    ]);
    expect(await everything(store)).toEqual([]);
    expect(await importLogins(store, [found], { issuer: ISSUER })).toMatchObject([
      { outcome: 'imported', issuer: ISSUER },
    ]);
  });

  it.each<[string, FoundLogin, string | undefined]>([
    ['the person and the records', login(), 'https://other.example'],
    ['the person and the records, by a slash', login(), `${ISSUER}/`],
    ['the person and one record', half('tokens'), 'https://other.example'],
    [
      'client and tokens',
      login({ tokens: { accessToken: 'a', refreshToken: 'b', issuer: 'https://other.example' } }),
      undefined,
    ],
  ])('BIND-10: %s contradict each other: refused', async (_what, found, issuer) => {
    expect(await importLogins(store, [found], issuer === undefined ? {} : { issuer })).toMatchObject([
      { outcome: 'not-imported', failure: { code: 'issuer_mismatch', issuer: ISSUER } },
    ]);
    expect(await everything(store)).toEqual([]);
  });

  it.each([
    'http://as.example.com',
    'https://as.example.com/?x',
    'http://127.0.0.1:8080',
    'javascript:0',
    '',
  ])('an issuer "%s" is judged like any other', async (issuer) => {
    expect(await importLogins(store, [unstamped()], { issuer })).toMatchObject([
      { outcome: 'not-imported', failure: { code: 'address_refused' } },
    ]);
    expect(await everything(store)).toEqual([]);
  });

  it.each<[string, Partial<FoundLogin>, string]>([
    ['a resource on plain http', { resource: 'http://mcp.example.com/' }, 'address_refused'],
    ['no refresh token', { tokens: { accessToken: 'a', issuer: ISSUER } }, 'interaction_required'],
  ])('with %s it is not imported', async (_what, more, code) => {
    expect(await importLogins(store, [login(more)])).toMatchObject([{ failure: { code } }]);
    expect(await everything(store)).toEqual([]);
  });

  it('half a login is not imported', async () => {
    const { client: _, ...clientless } = login();
    const { tokens: __, ...tokenless } = login();
    for (const found of [clientless, tokenless])
      expect(await importLogins(store, [found])).toMatchObject([
        { failure: { code: 'interaction_required' } },
      ]);
  });
});

describe('what is written', () => {
  const options: ImportOptions = { now: () => 1_790_000_000_000 };
  const received = 'http://127.0.0.1:3456/callback';
  const registered = (): FoundLogin =>
    login({
      client: {
        clientId: 'foreign-client',
        clientSecret: 'foreign-secret',
        authMethod: 'client_secret_post',
        redirectUris: [received],
        issuer: ISSUER,
      },
    });

  it('BIND-1: a grant with its client, a binding, a registration, all under the issuer', async () => {
    await importLogins(store, [registered()], { ...options, subject: 'ada', label: 'work' });
    const at = 1_790_000_000_000;
    const session = { resource: RESOURCE, subject: 'ada', label: 'work' };
    const { issuer: _, ...client } = { ...registered().client, kind: 'dynamic' };
    const grantKey = `grant:${JSON.stringify([ISSUER, 'foreign-client', RESOURCE, 'ada', 'work'])}`;
    const bound = { kind: 'dynamic', clientId: 'foreign-client', grantKey, scopes: [], boundAt: at };
    const records = await everything(store);
    const texts = records.map(([, record]) => JSON.parse((record as { text: string }).text));
    expect(texts).toEqual([
      { v: 1, session, current: ISSUER, servers: { [ISSUER]: bound } },
      {
        v: 1,
        session,
        issuer: ISSUER,
        client,
        resource: RESOURCE,
        accessToken: 'foreign-access',
        refreshToken: 'foreign-refresh',
        expiresAt: at,
        refreshAt: at,
        requested: [],
        granted: [],
      },
      { v: 1, issuer: ISSUER, client },
    ]);
    expect(records.map(([key]) => key)).toEqual([
      `binding:${JSON.stringify([RESOURCE, 'ada', 'work'])}`,
      grantKey,
      `registration:${JSON.stringify([ISSUER, 'loopback'])}`,
    ]);
  });

  it('S09: twice is once, and so is a run that was broken off anywhere and then repeated', async () => {
    await importLogins(store, [registered()], options);
    const whole = await everything(store);
    expect(await importLogins(store, [registered()])).toMatchObject([
      { outcome: 'kept', why: 'it was imported before' },
    ]);
    expect(await everything(store)).toEqual(whole);

    for (const writes of [0, 1, 2]) {
      const broken = memoryStore();
      let left = writes;
      const full: Store = {
        ...broken,
        async put(...record) {
          if (left === 0) throw new Error('the power went');
          left -= 1;
          return broken.put(...record);
        },
      };
      await expect(importLogins(full, [registered()], options)).rejects.toThrow('the power went');
      await importLogins(broken, [registered()], options);
      expect(await textsOf(broken)).toEqual(await textsOf(store));
    }
  });

  it('S09: after a run that was broken off, newer tokens are taken', async () => {
    const full: Store = {
      ...store,
      put: (key, ...record) =>
        key.startsWith('grant:') ? Promise.reject(new Error('the power went')) : store.put(key, ...record),
    };
    await expect(importLogins(full, [login()])).rejects.toThrow('the power went');
    const newer = login({ tokens: { accessToken: 'a', refreshToken: 'newer', issuer: ISSUER } });
    expect(await importLogins(store, [newer])).toMatchObject([{ outcome: 'imported' }]);
    expect(await textsOf(store, 'grant:')).toMatchObject([expect.stringContaining('"newer"')]);
  });

  it('S09: the files of the other tool stay as they are', async () => {
    await writeMcpRemote(folder, { of: RESOURCE, savedAt: 1_760_000_000 });
    const stem = await writeMcpRemote(folder, { of: RESOURCE, version: '0.1.29', tokens: '{' });
    const before = await contentsOf(folder);
    const { logins } = await read(RESOURCE);
    const outcomes = await importLogins(store, logins, { issuer: ISSUER });
    expect(outcomes).toMatchObject([{ outcome: 'imported' }]);
    expect(await contentsOf(folder)).toEqual(before);
    expect((await stat(join(folder, `${stem}_tokens.json`))).size).toBe(1);
  });

  it('a dry run says the same, and writes nothing', async () => {
    expect(await importLogins(store, [login()], { dryRun: true })).toMatchObject([{ outcome: 'imported' }]);
    expect(await everything(store)).toEqual([]);
  });

  it.each<[string, FoundLogin, RegExp]>([
    [
      'newer tokens',
      login({ tokens: { accessToken: 'c', refreshToken: 'd', issuer: ISSUER } }),
      /another login there/,
    ],
    [
      'another client',
      login({ client: { clientId: 'b', authMethod: 'none', redirectUris: [], issuer: ISSUER } }),
      /another client/,
    ],
    ['another server', unstamped(), /binds the resource to https:\/\/as\.example\.com/],
  ])('an import that is there is not written over by %s', async (_what, later, why) => {
    await importLogins(store, [login()]);
    const before = await everything(store);
    const issuer = later.tokens?.issuer ?? 'https://b.example.com';
    const [outcome] = await importLogins(store, [later], { issuer });
    expect(outcome).toMatchObject({ outcome: 'kept', why: expect.stringMatching(why) });
    expect(await everything(store)).toEqual(before);
  });

  it.each(['binding:', 'grant:'])(
    'S05: whoever writes the %s record in between is not written over',
    async (of) => {
      const raced: Store = {
        ...store,
        async put(key, text, expected) {
          if (key.startsWith(of)) await store.put(key, text.replace('foreign-', 'theirs-'), undefined);
          return store.put(key, text, expected);
        },
      };
      expect(await importLogins(raced, [login()])).toMatchObject([{ outcome: 'kept' }]);
      const [theirs] = await textsOf(store, of);
      expect(theirs).toContain('theirs-');
    },
  );

  it.each([
    'http://localhost:12830/oauth/callback',
    'http://localhost:3456/callback',
    'http://127.0.0.1:3456/oauth/callback',
    'http://127.0.0.1/callback',
    'https://app.example/callback',
    'nonsense',
  ])('a registration with %s alone is left out: nobody of ours listens there', async (redirectUri) => {
    const client = {
      clientId: 'c',
      authMethod: 'none',
      redirectUris: [redirectUri],
      issuer: ISSUER,
    } as const;
    expect(await importLogins(store, [login({ client })])).toMatchObject([{ outcome: 'imported' }]);
    expect(await store.list('registration:')).toEqual([]);
  });

  it("BIND-7: the host's own document is one by its URL; any other client is a dynamic one", async () => {
    const metadataUrl = 'https://app.example/client.json';
    const client = {
      clientId: metadataUrl,
      authMethod: 'none',
      redirectUris: [received],
      issuer: ISSUER,
    } as const;
    await importLogins(store, [login({ client })], { metadataUrl });
    await importLogins(store, [login({ client })], {
      label: 'other',
      metadataUrl: 'https://b.example/c.json',
    });
    const kinds = (await textsOf(store, 'grant:')).map((text) => JSON.parse(text).client.kind);
    expect(kinds).toEqual(['metadata-document', 'dynamic']);
    expect((await textsOf(store, 'registration:')).map((text) => JSON.parse(text).client.kind)).toEqual([
      'dynamic',
    ]);
  });
});

describe('afterwards', () => {
  let world: World;
  /** Nothing of these may be seen where the login does not belong. */
  const secrets = ['foreign-client', 'foreign-secret', 'foreign-access-token'];
  let refreshToken: string;

  beforeEach(async () => {
    world = await startWorld();
    onTestFinished(() => world.close());
    refreshToken = String(world.mint('a', 'read', 'foreign-client')['refresh_token']);
    await writeMcpRemote(folder, {
      of: world.resource,
      tokens: tokenSet({ refresh_token: refreshToken }),
      client: clientInfo({
        client_secret: 'foreign-secret',
        token_endpoint_auth_method: 'client_secret_basic',
      }),
    });
  });

  async function imported(issuer: 'a' | 'b', of: string = world.resource) {
    const { logins } = await readMcpRemote({ folder, resources: [of] });
    return importLogins(store, logins, { issuer: world.origins[issuer] });
  }
  const start = (options: Partial<EngineOptions> = {}) =>
    testEngine(world.resource, { store, policy: { interaction: 'ask' }, ...options });
  const sent = (): string => JSON.stringify(world.received);

  it('BIND-1, TOK-3: the refresh token is spent at its issuer, once, and at no other', async () => {
    expect(await imported('a')).toMatchObject([{ outcome: 'imported' }]);
    const started = start();
    expect((await callTool(started.session, 'any')).status).toBe(200);
    expect((await callTool(start().session, 'any')).status).toBe(200);
    const [refresh, ...more] = world.requests('a', 'POST', '/token');
    expect(Object.fromEntries(refresh?.form ?? [])).toEqual({
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      resource: world.resource,
    });
    expect(refresh?.headers['authorization']).toBe(`Basic ${btoa('foreign-client:foreign-secret')}`);
    expect([more, world.requests('b')]).toEqual([[], []]);
    // Whatever it was good for: the access token of before was never shown to anybody.
    expect(sent()).not.toContain('foreign-access-token');
    for (const secret of ['foreign-secret', 'foreign-access-token', refreshToken])
      expect(everythingTold(started)).not.toContain(secret);
    expect(await imported('a')).toMatchObject([
      { outcome: 'kept', why: 'the store already has another login there' },
    ]);
  });

  it.each(['ask', 'auto'] as const)(
    'BIND-2, BIND-10: the resource names another server by now: nothing is sent anywhere (%s)',
    async (interaction) => {
      await imported('a');
      world.moveTo('b');
      const { session } = start({ policy: { interaction } });
      expect((await callTool(session, 'any')).status).toBe(interaction === 'ask' ? 401 : 200);
      for (const secret of [...secrets, refreshToken]) expect(sent()).not.toContain(secret);
      expect(world.requests('a')).toEqual([]);
    },
  );

  it('BIND-2, BIND-11: when it names the first one again, the login is good there', async () => {
    await imported('a');
    world.moveTo('b');
    const { session } = start();
    await callTool(session, 'any');
    world.moveTo('a');
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.requests('a', 'POST', '/token')).toHaveLength(1);
    expect(world.requests('b', 'POST', '/token')).toEqual([]);
  });

  it('BIND-2, BIND-10: a person who named the wrong server has sent nothing', async () => {
    await imported('b');
    expect((await callTool(start().session, 'any')).status).toBe(401);
    for (const secret of [...secrets, refreshToken]) expect(sent()).not.toContain(secret);
  });

  it('S07, BIND-10: without an issuer nobody is logged in', async () => {
    const { logins } = await readMcpRemote({ folder, resources: [world.resource] });
    await importLogins(store, logins);
    expect((await callTool(start().session, 'any')).status).toBe(401);
    for (const secret of [...secrets, refreshToken]) expect(sent()).not.toContain(secret);
  });

  it('a login that authchart made is kept, byte for byte', async () => {
    const { session, engine } = start();
    await session.login();
    await engine.dispose();
    const before = await everything(store);
    expect(await imported('a')).toMatchObject([{ outcome: 'kept' }]);
    expect(await imported('b')).toMatchObject([{ outcome: 'kept' }]);
    expect(await everything(store)).toEqual(before);
  });

  it('when the refresh token is dead, a login of our own follows, with a client of our own', async () => {
    await imported('a');
    world.refreshTokens.clear();
    const { session } = start({ policy: { interaction: 'auto' } });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(world.requests('a', 'POST', '/register')).toHaveLength(1);
    const [authorize] = world.requests('a', 'GET', '/authorize');
    expect(authorize?.query.get('client_id')).not.toBe('foreign-client');
  });

  it('BIND-1: a registration that our user agent can receive for is used at its issuer', async () => {
    const port = await freePort();
    const redirectUris = [`http://127.0.0.1:${port}/callback`];
    const client = { clientId: 'foreign-client', authMethod: 'none', redirectUris } as const;
    const tokens = { accessToken: 'a', refreshToken: 'dead' };
    const found = { from: [], resource: world.resource, client, tokens };
    await importLogins(store, [found], { issuer: world.origins.a });
    const open = async (url: string) => void (await fetch(url));
    const { session, engine } = start({ userAgent: loopbackUserAgent({ open }) });
    await session.login();
    await engine.dispose();
    const [authorize] = world.requests('a', 'GET', '/authorize');
    expect(authorize?.query.get('client_id')).toBe('foreign-client');
    expect(authorize?.query.get('redirect_uri')).toBe(redirectUris[0]);
    expect(world.requests('a', 'POST', '/register')).toEqual([]);
  });

  it('a resource is imported under the name that its session has', async () => {
    const odd = world.resource.replace('http://', 'HTTP://');
    await writeMcpRemote(folder, {
      of: odd,
      version: '0.1.41',
      tokens: tokenSet({ refresh_token: refreshToken }),
    });
    await imported('a', odd);
    expect(
      (await callTool(testEngine(odd, { store, policy: { interaction: 'ask' } }).session, 'any')).status,
    ).toBe(200);
  });
});
