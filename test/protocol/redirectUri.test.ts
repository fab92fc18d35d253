// Which redirect URIs may be registered and sent.
import { describe, expect, test } from 'vitest';
import { redirectUriFailure } from '../../protocol/redirectUri.ts';

describe('redirectUriFailure (AUTHZ-8)', () => {
  test.each([
    'https://app.example/callback',
    'HTTPS://app.example/callback?x=1',
    'https://127.0.0.1/callback',
    'http://127.0.0.1/callback',
    'http://127.0.0.1:8000/callback',
    'http://[::1]:8000/callback',
    'http://localhost/callback',
    'com.example.app:/callback',
    'com.example.app://callback',
    'com.example-1.app+x:/callback',
    'COM.Example:/callback',
    'vscode://publisher.extension/callback',
    'vscode-insiders://publisher.extension/callback',
    'cursor://publisher.extension/callback',
  ])('%s is good', (redirectUri) => {
    expect(redirectUriFailure(redirectUri)).toBeUndefined();
  });

  test.each([
    ['plain http to elsewhere', 'http://app.example/callback'],
    ['plain http to a name that only begins like loopback', 'http://localhost.app.example/callback'],
    ['a fragment', 'https://app.example/callback#x'],
    ['an empty fragment', 'https://app.example/callback#'],
    ['a fragment on loopback', 'http://127.0.0.1/callback#x'],
    ['a fragment of an own scheme', 'com.example.app:/callback#x'],
    ['a scheme without a domain', 'myapp:/callback'],
    ['a scheme without a domain, on loopback', 'myapp://localhost/callback'],
    ['a scheme that only begins like that of an editor', 'vscode-of-another://publisher.extension/callback'],
    ['a fragment at an editor', 'vscode://publisher.extension/callback#x'],
    ['a scheme that ends with its dot', 'com.:/callback'],
    ['A01: a script', 'javascript:alert(1)'],
    ['A01: data', 'data:text/html,x'],
    ['a file', 'file:///etc/passwd'],
    ['a relative one', '/callback'],
    ['nothing', ''],
  ])('%s is not', (_what, redirectUri) => {
    expect(redirectUriFailure(redirectUri)).toStrictEqual({
      code: 'config_invalid',
      phase: 'authorizing',
      recovery: 'fix-config',
      message: 'The redirect URI is neither https nor on loopback; give the user agent another one.',
    });
  });
});
