// Which addresses may be sent to: vectors for the judge of addresses.

import { describe, expect, test } from 'vitest';
import { isLoopback, judgeAddress, readAddress, sameOrigin } from '../../protocol/address.ts';
import { urlOf } from '../../protocol/url.ts';

const PUBLIC = 'https://mcp.example/mcp';
const LOCAL = 'http://127.0.0.1:3000/mcp';

describe('isLoopback', () => {
  test.each([
    ['http://localhost/', true],
    ['http://LOCALHOST:80/', true],
    ['http://localhost./', true],
    ['http://app.localhost/', true],
    ['http://127.0.0.1/', true],
    ['http://127.255.0.9/', true],
    ['http://127.255.255.255/', true],
    ['http://0x7f.1/', true],
    ['http://0177.0.0.1/', true],
    ['http://2130706433/', true],
    ['http://127.0.0.1./', true],
    ['http://[::1]:8080/', true],
    ['http://[0:0:0:0:0:0:0:1]/', true],
    ['http://[::ffff:127.0.0.1]/', true],
    ['http://[::ffff:127.171.205.239]/', true],
    ['http://[::ffff:128.0.0.1]/', false],
    ['http://[::2]/', false],
    ['http://128.0.0.1/', false],
    ['http://127.0.0.1.evil.example/', false],
    ['http://localhost.evil.example/', false],
    ['http://notlocalhost/', false],
    ['http://mcp.example/?host=localhost', false],
    // Of schemes that it does not know the URL parser leaves the host as it is.
    ['myapp://LOCALHOST/', true],
    ['myapp://127.0.0.1/', true],
    ['myapp://x127.0.0.1/', false],
    ['myapp://127..0.1/', false],
    ['myapp://127.0..1/', false],
    ['myapp://127.0.0../', false],
    ['myapp://127.1234.0.1/', false],
    ['myapp://127.0.1234.1/', false],
    ['myapp://127.0.0.1234/', false],
  ])('%s: %s', (text, expected) => {
    expect(isLoopback(new URL(text))).toBe(expected);
  });
});

describe('readAddress', () => {
  test('D44: reads international hosts however often it is asked', () => {
    for (let asked = 0; asked < 20_000; asked += 1) readAddress('https://as.example/');
    for (let asked = 0; asked < 20_000; asked += 1)
      if (!readAddress('https://bücher.example/').ok) expect.fail(`refused after ${asked}`);
  });
});

describe('judgeAddress allows', () => {
  test.each([
    ['https', 'https://as.example/token?x=1', PUBLIC],
    ['https of a remote host for a local resource', 'https://as.example/', LOCAL],
    ['D06: http on loopback for a loopback resource', 'http://localhost:9000/token', LOCAL],
    ['https on loopback for a loopback resource', 'https://[::1]:9000/token', LOCAL],
    ['upper case', 'HTTPS://AS.Example/', PUBLIC],
    ['D44: an international host, as punycode', 'https://bücher.example/', PUBLIC],
    ['@ and : in path and query', 'https://as.example/@user:x?a=@', PUBLIC],
    ['@ in a query without a path', 'https://as.example?a=@', PUBLIC],
    ['8 KiB', `https://as.example/${'a'.repeat(8192 - 19)}`, PUBLIC],
  ])('%s', (_, text, resource) => {
    expect(judgeAddress(text, resource)).toEqual({ ok: true, url: new URL(text) });
  });
});

describe('judgeAddress refuses', () => {
  test.each([
    ['D01: the metadata service of a cloud by http', 'http://169.254.169.254/latest', PUBLIC, /plain http/],
    ['D07: plain http', 'http://as.example/', PUBLIC, /plain http/],
    ['D07: plain http of a remote host for a local resource', 'http://as.example/', LOCAL, /plain http/],
    ['D06: loopback http for a remote resource', 'http://127.0.0.1/', PUBLIC, /this machine/],
    ['D06: loopback https for a remote resource', 'https://localhost/', PUBLIC, /this machine/],
    ['D03: loopback in hexadecimal', 'https://0x7f000001/', PUBLIC, /this machine/],
    ['D03: loopback as a mapped address', 'https://[::ffff:127.0.0.1]/', PUBLIC, /this machine/],
    ['D03: loopback with a dot behind', 'https://localhost./', PUBLIC, /this machine/],
    ['loopback where the resource is no URL', 'http://localhost/', 'mcp', /this machine/],
    ['D36: a user that looks like a host', 'https://honest.example@evil.example/', PUBLIC, /user/],
    ['D36: an empty user', 'https://@evil.example/', PUBLIC, /user/],
    ['D35: a fragment', 'https://as.example/#x', PUBLIC, /fragment/],
    ['D35: an empty fragment', 'https://as.example/#', PUBLIC, /fragment/],
    ['a fragment that looks like a host behind a user', 'https://as.example#u@b', PUBLIC, /fragment/],
    ['a relative path', '/token', PUBLIC, /absolute/],
    ['a missing scheme', '//as.example/token', PUBLIC, /absolute/],
    ['a missing slash', 'https:/as.example/token', PUBLIC, /absolute/],
    ['no slashes', 'https:as.example', PUBLIC, /absolute/],
    ['no slashes, and a URL in its path', 'https:as.example/https://as.example/', PUBLIC, /absolute/],
    ['too many slashes', 'https:///as.example', PUBLIC, /absolute/],
    ['nothing', '', PUBLIC, /absolute/],
    ['javascript', 'javascript:alert(1)', PUBLIC, /https/],
    ['data', 'data:text/plain,x', PUBLIC, /https/],
    ['file', 'file:///etc/passwd', PUBLIC, /https/],
    ['backslashes', 'https:\\\\as.example\\token', PUBLIC, /characters/],
    ['D21: a line break that parsers drop', 'https://as.exam\nple/', PUBLIC, /characters/],
    ['D21: NUL', 'https://as.example/\0', PUBLIC, /characters/],
    ['D21: a lone surrogate', 'https://as.example/\ud800', PUBLIC, /characters/],
    ['D21: a byte order mark that parsers drop', 'https://ev\ufeffil.example/', PUBLIC, /characters/],
    ['blanks around', ' https://as.example/ ', PUBLIC, /characters/],
    ['a text turned around', 'https://as.example/\u202egpj', PUBLIC, /characters/],
    ['8 KiB and one', `https://as.example/${'a'.repeat(8193 - 19)}`, PUBLIC, /long/],
  ])('%s', (_, text, resource, reason) => {
    const verdict = judgeAddress(text, resource);
    expect(verdict.ok ? 'ok' : verdict.reason).toMatch(reason);
  });
});

describe('sameOrigin', () => {
  test.each([
    ['a default port', 'https://a.example/x', 'https://A.example:443/y', true],
    ['another port', 'https://a.example/', 'https://a.example:8443/', false],
    ['another scheme', 'https://a.example/', 'http://a.example/', false],
    ['another host', 'https://a.example/', 'https://b.a.example/', false],
    ['two without an origin', 'data:,x', 'data:,x', false],
    ['no URL', 'x', 'x', false],
    ['one that is no URL', 'https://a.example/', 'x', false],
  ])('%s', (_, a, b, expected) => {
    expect(sameOrigin(a, b)).toBe(expected);
    const [one, other] = [urlOf(a), urlOf(b)];
    if (one && other) expect(sameOrigin(one, other)).toBe(expected);
  });
});
