// Which proxies the environment names, and which variables are refused.
import { describe, expect, test } from 'vitest';
import { AuthError } from '../../contract/errors.ts';
import { proxiesOf } from '../../protocol/proxies.ts';

/** The proxies in a line: host of http, host of https, and who needs none. */
const inShort = (...of: Parameters<typeof proxiesOf>): string => {
  const { http, https, noProxy } = proxiesOf(...of);
  return `${http?.origin ?? '-'} ${https?.origin ?? '-'} ${noProxy}`.trim();
};

describe('the proxies of an environment', () => {
  test.each<[string, Record<string, string>, string]>([
    ['nothing is set', {}, '- -'],
    [
      'each scheme has its own',
      { HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'http://b:2' },
      'http://a:1 http://b:2',
    ],
    ['what is further behind is no scheme', { HTTP_PROXY: 'a:1/b://c' }, 'http://a:1 -'],
    ['one for http is not one for https', { HTTP_PROXY: 'http://a:1' }, 'http://a:1 -'],
    ['one for https is not one for http', { HTTPS_PROXY: 'http://a:1' }, '- http://a:1'],
    [
      'small letters come before capitals',
      { https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:2' },
      '- http://a:1',
    ],
    [
      'an empty variable says nothing',
      { https_proxy: '', HTTPS_PROXY: 'http://b:2', NO_PROXY: '' },
      '- http://b:2',
    ],
    ['without a scheme it is http', { HTTPS_PROXY: 'proxy.example:3128' }, '- http://proxy.example:3128'],
    ['the proxy itself may speak TLS', { HTTPS_PROXY: 'https://a:1' }, '- https://a:1'],
    ['a path is left out', { HTTPS_PROXY: 'http://a:1/path' }, '- http://a:1'],
    ['a CGI program does not hear strangers', { HTTP_PROXY: 'http://a:1', REQUEST_METHOD: 'GET' }, '- -'],
    ['but its own settings', { http_proxy: 'http://a:1', REQUEST_METHOD: 'GET' }, 'http://a:1 -'],
    ['* exempts every host', { HTTPS_PROXY: 'http://a:1', NO_PROXY: ' * ' }, '- -  *'],
    [
      'hosts are separated by commas and blanks, and addresses of IPv6 get brackets',
      {
        HTTPS_PROXY: 'http://a:1',
        no_proxy: 'localhost, .b.example b:8080,::1,[::1]:8,fe80::1',
        NO_PROXY: 'c',
      },
      '- http://a:1 localhost,.b.example,b:8080,[::1],[::1]:8,[fe80::1]',
    ],
  ])('%s', (_, environment, expected) => {
    expect(inShort(environment)).toBe(expected);
  });

  test('what the host says replaces what the environment says', () => {
    const environment = { HTTP_PROXY: 'http://a:1', HTTPS_PROXY: 'socks5://b', NO_PROXY: 'c' };
    expect(inShort(environment, { proxy: 'http://own:1', noProxy: 'd' })).toBe('http://own:1 http://own:1 d');
    expect(inShort({ ...environment, HTTPS_PROXY: 'b:1' }, { noProxy: '' })).toBe('http://a:1 http://b:1');
  });

  test('user and password stand apart from the address, decoded', () => {
    const { https } = proxiesOf({ HTTPS_PROXY: 'http://ada:p%40ss@proxy.example:3128' });
    expect(https).toEqual({
      origin: 'http://proxy.example:3128',
      host: 'proxy.example:3128',
      credentials: { user: 'ada', password: 'p@ss' },
    });
    expect(proxiesOf({ HTTPS_PROXY: 'http://ada@proxy.example' }).https?.credentials?.password).toBe('');
  });

  test.each([
    ['another protocol', 'socks5://hush-hush:1'],
    ['no URL', 'http://hush hush'],
    ['half an escape', 'http://ada:hush-hush%@proxy.example'],
    ['a scheme and nothing else', 'http://'],
  ])('HOST-2: %s is refused, with the name of the variable and not its value', (_, value) => {
    for (const name of ['HTTPS_PROXY', 'http_proxy']) {
      const give = () => proxiesOf({ [name]: value });
      expect(give).toThrow(AuthError);
      expect(give).toThrow(`${name} must be the URL of an HTTP proxy, such as http://proxy.example:3128.`);
    }
  });
});
