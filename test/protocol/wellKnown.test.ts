// Well-known addresses, resource identifiers, and issuers: vectors.
import { describe, expect, test } from 'vitest';
import {
  identifies,
  isOwnWellKnown,
  judgeIssuer,
  meantPointer,
  resourceMetadataUrls,
  serverMetadataUrls,
} from '../../protocol/wellKnown.ts';

describe('resourceMetadataUrls (DISC-3)', () => {
  const root = 'https://r.example/.well-known/oauth-protected-resource';
  test.each([
    ['D28: path, then root', 'https://r.example/public/mcp', [`${root}/public/mcp`, root]],
    ['no path: root only', 'https://r.example', [root]],
    ['a lone slash is no path', 'https://r.example/', [root]],
    ['a slash at the end of a path stays', 'https://r.example/mcp/', [`${root}/mcp/`, root]],
    ['RFC 9728 §3.1: a query stays', 'https://r.example/mcp?t=1', [`${root}/mcp?t=1`, root]],
    ['RFC 9728 §3.1: a query without a path', 'https://r.example/?t=1', [`${root}?t=1`, root]],
    ['a path that looks like a host', 'https://r.example//evil.example/x', [`${root}//evil.example/x`, root]],
    ['encoded characters stay encoded', 'https://r.example/a%2Fb', [`${root}/a%2Fb`, root]],
    ['dot segments are resolved', 'https://r.example/a/../mcp', [`${root}/mcp`, root]],
    ['a fragment', 'https://r.example/mcp#x', []],
    ['no URL', 'mcp', []],
  ])('%s', (_, resource, expected) => {
    expect(resourceMetadataUrls(resource)).toEqual(expected);
  });

  test('keeps the port', () => {
    const [own] = resourceMetadataUrls('http://127.0.0.1:3000/mcp');
    expect(own).toBe('http://127.0.0.1:3000/.well-known/oauth-protected-resource/mcp');
  });
});

describe('meantPointer (DISC-2)', () => {
  const meant = 'https://r.example/.well-known/x';
  test.each([
    ['by http to the host of the resource', 'http://r.example/.well-known/x', meant],
    ['with the port behind the proxy', 'http://r.example:8080/.well-known/x?t=1', `${meant}?t=1`],
    ['in upper case', 'HTTP://R.example/.well-known/x', meant],
    ['by https: as it is', 'https://r.example:8443/x', 'https://r.example:8443/x'],
    ['to another host: as it is, and refused later', 'http://evil.example/x', 'http://evil.example/x'],
    ['to a host that contains ours', 'http://r.example.evil.example/x', 'http://r.example.evil.example/x'],
    ['no address', 'http://r.example@evil.example/x', 'http://r.example@evil.example/x'],
  ])('%s', (_, pointer, expected) => {
    expect(meantPointer(pointer, 'https://r.example/mcp')).toBe(expected);
  });

  test('keeps the port of the resource', () => {
    expect(meantPointer('http://r.example/x', 'https://r.example:8443/mcp')).toBe('https://r.example:8443/x');
  });

  test('of a resource that is by http itself: as it is', () => {
    const pointer = 'http://127.0.0.1:3000/x';
    expect(meantPointer(pointer, 'http://127.0.0.1:4000/mcp')).toBe(pointer);
    expect(meantPointer(pointer, 'no address')).toBe(pointer);
  });
});

describe('serverMetadataUrls', () => {
  const oauth = 'https://as.example/.well-known/oauth-authorization-server';
  const openid = 'https://as.example/.well-known/openid-configuration';
  const appended = [
    'https://as.example/t/1/.well-known/openid-configuration',
    'https://as.example/t/1/.well-known/oauth-authorization-server',
  ];
  test.each([
    ['D33, DISC-7: without a path', 'https://as.example', [oauth, openid]],
    ['a lone slash is no path', 'https://as.example/', [oauth, openid]],
    ['D33, DISC-6: with a path', 'https://as.example/t/1', [`${oauth}/t/1`, `${openid}/t/1`, ...appended]],
    [
      'RFC 8414 §3.1: a slash at the end is dropped',
      'https://as.example/t/1/',
      [`${oauth}/t/1`, `${openid}/t/1`, ...appended],
    ],
    ['D35: no issuer', 'https://as.example/t/1?x=1', []],
    ['D35: dot segments', 'https://as.example/t/../admin', []],
  ])('%s', (_, issuer, expected) => {
    expect(serverMetadataUrls(issuer)).toEqual(expected);
  });
});

describe('identifies (DISC-4)', () => {
  const resource = 'https://r.example/mcp/a';
  test.each([
    ['the same text', resource, resource, 'exact'],
    ['upper-case scheme and host', 'HTTPS://R.EXAMPLE/mcp/a', resource, 'exact'],
    ['the default port', 'https://r.example:443/mcp/a', resource, 'exact'],
    ['a bare slash', 'https://r.example', 'https://r.example/', 'exact'],
    ['the same query', `${resource}?t=1`, `${resource}?t=1`, 'exact'],
    ['the same query, with dots in it', `${resource}?t=/../1`, `${resource}?t=/../1`, 'exact'],
    ['the same, without a path', 'https://r.example?t=/../1', 'https://r.example?t=/../1', 'exact'],

    ['a host with a dot behind, without a path', 'https://r.example.', 'https://r.example.', 'exact'],

    ['D25: a parent path', 'https://r.example/mcp', resource, 'parent'],
    ['D25: a parent path with a slash', 'https://r.example/mcp/', resource, 'parent'],
    ['D25: the origin', 'https://r.example', resource, 'parent'],
    ['the path without its slash at the end', 'https://r.example/mcp', 'https://r.example/mcp/', 'parent'],
    ['the path without the query', resource, `${resource}?t=1`, 'parent'],
    [
      'an encoded slash inside one segment of both',
      'https://r.example/a%2Fb',
      'https://r.example/a%2Fb/c',
      'parent',
    ],

    ['D24: another path', 'https://r.example/other', resource, 'no'],
    ['D24: another host', 'https://evil.example/mcp/a', resource, 'no'],
    ['a longer host', 'https://r.example.evil.example/mcp/a', resource, 'no'],
    ['another port', 'https://r.example:8443/mcp/a', resource, 'no'],
    ['another scheme', 'http://r.example/mcp/a', resource, 'no'],
    ['a child', `${resource}/b`, resource, 'no'],
    ['half a segment', 'https://r.example/mc', resource, 'no'],
    ['a slash more at the end', `${resource}/`, resource, 'no'],
    ['another case of the path', 'https://r.example/MCP/a', resource, 'no'],
    ['another query', `${resource}?t=2`, `${resource}?t=1`, 'no'],
    ['a query of its own', `${resource}?t=1`, resource, 'no'],
    ['a parent with a query', 'https://r.example/mcp?t=1', resource, 'no'],
    ['a fragment', `${resource}#x`, resource, 'no'],
    ['a fragment of both', `${resource}#x`, `${resource}#x`, 'no'],
    ['an empty fragment', `${resource}#`, resource, 'no'],
    ['a user', 'https://u@r.example/mcp/a', resource, 'no'],
    ['D35: dot segments that lead to us', 'https://r.example/x/../mcp/a', resource, 'no'],
    ['D35: the same in upper case', 'HTTPS://R.EXAMPLE/x/../mcp/a', resource, 'no'],
    ['D35: encoded dot segments that lead to us', 'https://r.example/x/%2e%2E/mcp/a', resource, 'no'],
    ['an encoded slash for a slash', 'https://r.example/mcp%2Fa', resource, 'no'],
    ['a prefix before an encoded slash', 'https://r.example/mcp', 'https://r.example/mcp%2Fa', 'no'],
    ['dots behind an encoded slash', 'https://r.example/mcp', 'https://r.example/mcp/..%2Fb', 'no'],
    [
      'encoded dots behind an encoded backslash',
      'https://r.example/mcp',
      'https://r.example/mcp/x%5C%2e%2e',
      'no',
    ],
    ['a line break that parsers drop', 'https://r.example/mc\np/a', resource, 'no'],
    ['no URL', 'mcp', resource, 'no'],
    ['a resource that is no URL', resource, 'mcp', 'no'],
    ['nothing', '', resource, 'no'],
  ])('%s', (_, identifier, of, expected) => {
    expect(identifies(identifier, of)).toBe(expected);
  });
});

describe('isOwnWellKnown', () => {
  const root = 'https://r.example/.well-known/oauth-protected-resource';
  test.each([
    ['its own path', `${root}/mcp`, 'https://r.example/mcp', true],
    ['the root of a root', root, 'https://r.example', true],
    ['another spelling of the host', root, 'https://R.example:443/', true],
    ['D26: the root for a path', root, 'https://r.example/mcp', false],
    ['D26: the place of a sibling', `${root}/b`, 'https://r.example/a', false],
    ['the place of a child', `${root}/mcp/a`, 'https://r.example/mcp', false],
    ['D27: another origin', root.replace('r.', 'evil.'), 'https://r.example', false],
    ['anywhere else', 'https://r.example/metadata', 'https://r.example', false],
    ['no URL', 'x', 'x', false],
    ['a document of no URL', 'x', 'https://r.example', false],
    ['an identifier of no URL', root, 'x', false],
  ])('%s', (_, url, identifier, expected) => {
    expect(isOwnWellKnown(url, identifier)).toBe(expected);
  });
});

describe('judgeIssuer (D35)', () => {
  test.each([
    'https://as.example',
    'https://as.example/',
    'https://as.example:8443/tenant/v2.0',
    'https://as.example/a..b/.hidden',
    'https://as.example/a%2Fb',
    'http://127.0.0.1:9000',
  ])('allows %s', (text) => {
    expect(judgeIssuer(text)).toEqual({ ok: true, url: new URL(text) });
  });

  test.each([
    ['https://as.example/?', /query/],
    ['https://as.example?x', /query/],
    ['https://as.example#', /fragment/],
    ['https://as.example?x#y', /fragment/],
    ['https://honest.example@evil.example', /user/],
    ['https://as.example/a/../b', /dot/],
    ['https://as.example/.', /dot/],
    ['https://as.example/a/%2e%2E/b', /dot/],
    ['https://as.example/a/%2e', /dot/],
    ['https://as.example/v1%2e0', /dot/],
    ['https://as.example/v1%2E0', /dot/],
    ['http://127.0.0.1/a/../b', /dot/],
    ['https://as.example/a%2f..%2fb', /dot/],
    ['https://as.example//evil.example', /empty/],
    ['https://as.example/a/..;/b', /parameters/],
    ['https://as.example\\@evil.example', /characters/],
    ['https://as.example/\ud800', /characters/],
    ['ftp://as.example', /https/],
    ['as.example', /absolute/],
    ['', /absolute/],
  ])('refuses %s', (text, reason) => {
    const verdict = judgeIssuer(text);
    expect(verdict.ok ? 'ok' : verdict.reason).toMatch(reason);
  });
});
