// Protected resource metadata: whose it is, what of it is used, and what makes it unusable.
import { describe, expect, test } from 'vitest';
import {
  judgeResourceMetadata,
  legacyResourceMetadata,
  mayBeResourceMetadata,
  resourceMetadataAbsent,
} from '../../protocol/resourceMetadata.ts';

const resource = 'https://r.example/mcp';
const root = 'https://r.example/.well-known/oauth-protected-resource';
const place = `${root}/mcp`;
const issuer = 'https://as.example';
const honest = { resource, authorization_servers: [issuer] };

const judge = (document: unknown, url = place, of = resource) =>
  judgeResourceMetadata(typeof document === 'string' ? document : JSON.stringify(document), url, of);
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, phase: 'discovering', message: expect.stringMatching(message) });

describe('judgeResourceMetadata uses', () => {
  test('what a document says of our resource', () => {
    expect(judge({ ...honest, scopes_supported: ['b', 'a'] })).toEqual({
      url: place,
      resource,
      authorizationServers: [issuer],
      scopesSupported: ['b', 'a'],
    });
  });

  test.each([
    ['DISC-4: our resource, from its own place', resource, place],
    ['DISC-4, D25: a parent, from its own place: the root', 'https://r.example', root],
    ['DISC-4, D25: a parent with a slash, from the same place', 'https://r.example/', root],
    ['D27: our resource, from another origin', resource, 'https://cdn.example/prm.json'],
    ['our resource, from the root', resource, root],
    ['AUTHZ-2: another spelling, kept byte for byte', 'HTTPS://R.example:443/mcp', place],
  ])('%s', (_, identifier, url) => {
    expect(judge({ ...honest, resource: identifier }, url)).toEqual({
      url,
      resource: identifier,
      authorizationServers: [issuer],
    });
  });

  test('D25: a parent path, from its own place', () => {
    const of = 'https://r.example/mcp/a';
    expect(judge(honest, place, of).resource).toBe(resource);
  });
});

describe('judgeResourceMetadata refuses', () => {
  test.each([
    ['D24: another path', 'https://r.example/other', place],
    ['D24: another host', 'https://evil.example/mcp', place],
    ['D24: a child', `${resource}/x`, place],
    ['D25: a parent, from the place of the child', 'https://r.example', place],
    ['D25: a parent, from anywhere', 'https://r.example', 'https://r.example/prm.json'],
    ['D26: a sibling, from its own place', 'https://r.example/b', `${root}/b`],
    ['D27: a parent, from another origin', 'https://r.example', root.replace('r.', 'evil.')],
    ['an empty text', '', place],
    ['1 MB', `${resource}${'a'.repeat(1_000_000)}`, place],
    ['D21: a lone surrogate', `${resource}\ud800`, place],
  ])('DISC-4: %s', (_, identifier, url) => {
    const document = { ...honest, resource: identifier };
    expect(() => judge(document, url)).toThrow(
      refusal('resource_mismatch', /not about https:\/\/r\.example/),
    );
    expect(() => judge(document, url)).toThrow(expect.objectContaining({ recovery: 'none' }));
  });

  test('DISC-4: a mismatch names the stranger, escaped and capped', () => {
    const identifier = `https://evil.example/\x1b[31m\u202e${'a'.repeat(1000)}`;
    expect(() => judge({ ...honest, resource: identifier })).toThrow(
      refusal('resource_mismatch', /"https:\/\/evil\.example\/\\u\{1b\}\[31m\\u\{202e\}a{1,200}…"/),
    );
  });

  test.each([
    [
      'by http, of our host',
      'http://r.example/mcp',
      'its operator has to set the public https address there, or the headers of the proxy before it',
    ],
    [
      'with the port behind a proxy',
      'http://r.example:8080/mcp',
      'its operator has to set the public https address there, or the headers of the proxy before it',
    ],
    [
      'of our origin',
      'https://r.example/other',
      'check the URL, and use the one that it names if you mean that',
    ],
    ['D27: by http, of another host', 'http://evil.example/mcp', 'check the URL'],
  ])('DISC-4: a mismatch says what helps: %s', (_, identifier, advice) => {
    expect(() => judge({ ...honest, resource: identifier })).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(new RegExp(`nothing was sent, ${advice}\\.$`)),
      }),
    );
  });

  test.each([
    ['D17: an array', []],
    ['D17: null', 'null'],
    ['D17: a string', '"x"'],
    ['DISC-11: broken JSON', '{"resource":'],
    ['D20: nesting without end', '['.repeat(100_000)],
  ])('%s, as a moment that may pass', (_, document) => {
    expect(() => judge(document)).toThrow(refusal('resource_metadata_broken', /JSON object/));
    expect(() => judge(document)).toThrow(expect.objectContaining({ recovery: 'retry-later' }));
  });

  test.each([
    ['none', { authorization_servers: [issuer] }],
    ['null', { ...honest, resource: null }],
    ['a list', { ...honest, resource: [resource] }],
    [
      'D19: an inherited one',
      `{"__proto__":${JSON.stringify(honest)},"authorization_servers":["${issuer}"]}`,
    ],
  ])('a document whose resource is %s', (_, document) => {
    expect(() => judge(document)).toThrow(refusal('resource_metadata_invalid', /no "resource"/));
  });

  test('D18: the last of two resources counts', () => {
    const twice = (first: string, last: string) =>
      `{"resource":"${first}","resource":"${last}","authorization_servers":["${issuer}"]}`;
    expect(judge(twice('https://evil.example', resource)).resource).toBe(resource);
    expect(() => judge(twice(resource, 'https://evil.example'))).toThrow(
      refusal('resource_mismatch', /evil/),
    );
  });

  test.each([
    ['absent', undefined],
    ['null', null],
    ['empty', []],
    ['a text', issuer],
    ['an object', { 0: issuer, length: 1 }],
    ['of other types', [7, null, [issuer], { issuer }]],
    ['D35: all with a query', [`${issuer}?x`]],
    ['D35: all with dot segments', [`${issuer}/a/../b`]],
    ['D36: all with a user', ['https://honest.example@evil.example']],
    ['A01: all of another scheme', ['javascript:alert(1)', 'file:///etc/passwd']],
    ['D21: all with a lone surrogate', [`${issuer}/\ud800`]],
  ])('D31: servers that are %s', (_, servers) => {
    expect(() => judge({ ...honest, authorization_servers: servers })).toThrow(
      refusal('authorization_server_missing', /no usable authorization server/),
    );
  });
});

describe('authorization_servers', () => {
  test('D31: keeps the usable ones, each once, in their order', () => {
    const [plain, here] = ['http://a.example', 'http://localhost:1'];
    const servers = [7, plain, 'https://b.example', here, 'no', 'https://a.example/t', 'https://b.example'];
    expect(judge({ ...honest, authorization_servers: servers }).authorizationServers).toEqual([
      'https://b.example',
      'https://a.example/t',
    ]);
  });

  test('D23: each is kept as it was written', () => {
    const servers = ['https://AS.example/', 'https://as.example:443', issuer];
    expect(judge({ ...honest, authorization_servers: servers }).authorizationServers).toEqual(servers);
  });

  test('D31: of 10,000 only the first 20', () => {
    const servers = Array.from({ length: 10_000 }, (_, at) => `https://as${at}.example`);
    expect(judge({ ...honest, authorization_servers: servers }).authorizationServers).toEqual(
      servers.slice(0, 20),
    );
  });
});

describe('scopes_supported', () => {
  test.each([
    ['absent', undefined],
    ['U09: empty', []],
    ['a text', 'a b'],
    ['null', null],
    ['U08: illegal throughout', ['a b', '"', 'a&state=\n', '']],
  ])('%s: there are none', (_, scopes) => {
    expect(judge({ ...honest, scopes_supported: scopes })).not.toHaveProperty('scopesSupported');
  });

  test('U08: illegal ones are dropped, repeated ones join', () => {
    const scopes = ['b', 'x y', 'a', 7, 'b', 'q"', 'a\n'];
    expect(judge({ ...honest, scopes_supported: scopes }).scopesSupported).toEqual(['b', 'a']);
  });

  test('U09: 10,000 are bounded', () => {
    const scopes = Array.from({ length: 10_000 }, (_, at) => `s${at}`);
    expect(judge({ ...honest, scopes_supported: scopes }).scopesSupported).toEqual(scopes.slice(0, 1000));
  });
});

test('D43: signed metadata is not looked into', () => {
  const signed = { ...honest, signed_metadata: 'eyJhbGciOiJub25lIn0.eyJyZXNvdXJjZSI6ImV2aWwifQ.' };
  expect(judge(signed)).toEqual(judge(honest));
});

test('DISC-10: by the rules of 2025-03-26 the origin is its own server', () => {
  expect(legacyResourceMetadata('https://r.example:8443/mcp?x=1')).toEqual({
    url: '',
    resource: 'https://r.example:8443/mcp?x=1',
    authorizationServers: ['https://r.example:8443'],
    legacy: true,
  });
});

describe('what may be resource metadata', () => {
  test.each([
    ['{}', false],
    ['{"error":"not found","status":200}', false],
    ['{"Resource":"https://rs.example"}', false],
    ['{"resource":null}', true],
    ['{"authorization_servers":[]}', true],
    ['{"scopes_supported":["read"]}', true],
    ['{"jwks_uri":"https://rs.example/keys"}', true],
    ['{"signed_metadata":"a.b.c"}', true],
    ['[]', true],
    ['not JSON', true],
  ])('D16: %s: %s', (text, may) => {
    expect(mayBeResourceMetadata(text)).toBe(may);
  });
});

describe('where no place has a document', () => {
  const none = 'https://r.example/mcp publishes no protected resource metadata';
  const absent = (...all: readonly number[]) => all.map((status) => ({ url: `${place}?key=SECRET`, status }));

  test.each([
    [
      'DISC-3: nothing is there: the URL may be wrong',
      absent(404, 200),
      null,
      `${none}, so nobody says who may log in there; check the URL, or use policy.legacyDiscovery if it follows the rules of 2025-03-26.`,
    ],
    [
      'DISC-2: the challenge points to nothing',
      absent(404),
      'https://r.example/about?key=SECRET',
      `${none} where its challenge points to, https://r.example/about; tell its operator, or use policy.legacyDiscovery if it follows the rules of 2025-03-26.`,
    ],
    [
      'a place that is behind a login',
      absent(404, 401),
      null,
      `${none}: ${place} answers with 401; its operator has to publish it without a login, or give the headers that it wants as policy.resourceHeaders.`,
    ],
    [
      'a place that is forbidden, and that the challenge points to',
      absent(403),
      place,
      `${none}: ${place} answers with 403; its operator has to publish it without a login, or give the headers that it wants as policy.resourceHeaders.`,
    ],
  ])('%s', (_, places, pointer, message) => {
    expect(resourceMetadataAbsent(resource, places, pointer)).toStrictEqual({
      code: 'resource_metadata_absent',
      phase: 'discovering',
      recovery: 'fix-config',
      message,
    });
  });
});
