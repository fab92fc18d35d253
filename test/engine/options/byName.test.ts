// Options whose members have names that the host chooses: which names and values they take, and what is said of the others.
import { describe, expect, it } from 'vitest';
import {
  authorizationParameters,
  byIssuer,
  headersByOrigin,
  origins,
  resourceValue,
} from '../../../engine/options/byName.ts';
import { flag } from '../../../protocol/optionValues.ts';
import { sentenceOf } from './verdict.ts';

describe('parameters of an authorization request', () => {
  const said = (value: unknown) => sentenceOf(() => authorizationParameters(value, 'own'));

  it('HOST-2: are refused, each with what to do instead', () => {
    expect(said({ response_type: 'token' })).toBe(
      'Each name in own must be one that the engine does not set itself, and "response_type" is not; leave it out.',
    );
    expect(said({ Prompt: 'login' })).toBe(
      'Each name in own must be one that the engine does not set itself, and "prompt" is not; use policy.prompt.',
    );
    expect(said({ scope: 'a' })).toContain('use policy.scopeFloor, or the scopes of a login.');
    expect(said({ resource: 'a' })).toContain('use policy.dangerouslySendResourceAs.');
  });

  it.each([
    'client_id',
    'redirect_uri',
    'code_challenge',
    'code_challenge_method',
    'state',
    'dpop_jkt',
    'request',
    'request_uri',
    'response_mode',
    'nonce',
    'client_secret',
    'client_assertion',
    'client_assertion_type',
  ])('HOST-2: have no %s', (name) => {
    expect(said({ [name]: 'x' })).toContain(`"${name}" is not; leave it out.`);
  });

  it.each(['', 'a b', 'a=', '=a', 'x'.repeat(65)])('HOST-2: have no name %j', (name) => {
    expect(said({ [name]: 'x' })).toBe(
      'Each name in own must be the name of a parameter: letters, digits, ".", "-" and "_".',
    );
  });

  it('HOST-2: have values of text', () => {
    expect(said({ audience: '' })).toBe(
      'own["audience"] must be a text without control characters, not empty.',
    );
    expect(said({ audience: 7 })).toContain('own["audience"] must be');
    expect(said({ audience: 'a', 'x-1.y_Z': 'b', [`${'x'.repeat(64)}`]: 'c', x: 'd' })).toBeUndefined();
  });

  it('HOST-2: are an object', () => {
    expect(said(new Map())).toBe('own must be an object with names as its members.');
    expect(said([])).toBe('own must be an object.');
    expect(said({})).toBeUndefined();
  });
});

describe('options by issuer', () => {
  it('HOST-2: have issuers as their names', () => {
    const said = (value: unknown) => sentenceOf(() => byIssuer(flag)(value, 'own'));
    expect(said({ 'https://a.example': true })).toBeUndefined();
    expect(said({ a: true })).toBe(
      'Each name in own must be the https URL of an issuer, without user name, query and fragment (http only on loopback).',
    );
    expect(said({ 'https://a.example': 7 })).toBe('own["https://a.example"] must be true or false.');
    const long = `https://a.example/${'x'.repeat(82)}`;
    expect(said({ [long]: 7 })).toBe(`own["${long}"] must be true or false.`);
    expect(said({ [`${long}x`]: 7 })).not.toContain(`${long}x`);
  });
});

describe('headers by origin', () => {
  const said = (value: unknown) => sentenceOf(() => headersByOrigin(value, 'own'));
  const at = (headers: unknown) => said({ 'https://mcp.example': headers });
  const path = 'own["https://mcp.example"]';

  it('HOST-2: have origins as their names', () => {
    expect(said({ 'https://mcp.example/': {} })).toBe(
      'Each name in own must be an origin, such as "https://mcp.example".',
    );
    expect(said({ 'http://mcp.example': {} })).toContain('Each name in own must be an https URL');
  });

  it.each([
    'Authorization',
    'dpop',
    'host',
    'cookie',
    'accept',
    'content-type',
    'proxy-authorization',
    'sec-fetch-mode',
    'connection',
    'keep-alive',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'expect',
    'origin',
    'Referer',
  ])('HOST-2: have no %s', (name) => {
    expect(at({ [name]: 'x' })).toBe(
      `Each name in ${path} must be one that can go with every request, and "${name.toLowerCase()}" is not; leave it out.`,
    );
  });

  it.each(['content-', 'proxy-', 'sec-'])('HOST-2: have no %s', (name) => {
    expect(at({ [name]: 'x' })).toContain(`"${name}" is not; leave it out.`);
  });

  it.each([
    "!#$%&'*+.^_`|~09-az",
    'x',
    'x-key',
    'accept-language',
    'x-content-type',
    'hosts',
    'my-te',
    'x'.repeat(128),
  ])('HOST-2: may have %s', (name) => {
    expect(at({ [name]: 'a value' })).toBeUndefined();
  });

  it.each(['', 'x y', 'x:', ' x', 'x'.repeat(129)])('HOST-2: have no name %j', (name) => {
    expect(at({ [name]: 'x' })).toBe(`Each name in ${path} must be the name of a header.`);
  });

  it('HOST-2: have values that can be sent, or functions that get them', () => {
    expect(at({ 'x-key': async () => 'x' })).toBeUndefined();
    for (const value of ['', ' x', 'x\n', 7])
      expect(at({ 'x-key': value })).toBe(
        `${path}["x-key"] must be a text of printable ASCII characters without blanks around it, or a function that gets it.`,
      );
  });
});

describe('a list of origins', () => {
  it('HOST-2: has each as a URL has it', () => {
    const said = (value: unknown) => sentenceOf(() => origins(value, 'own'));
    expect(said(['https://10.0.0.1', 'https://mcp.example:8443'])).toBeUndefined();
    expect(said('https://mcp.example')).toBe('own must be an array of origins.');
    expect(said(['https://mcp.example', 'https://MCP.example'])).toBe(
      'own[1] must be an origin, such as "https://mcp.example".',
    );
  });
});

describe('the value of a resource parameter', () => {
  const said = (value: unknown) => sentenceOf(() => resourceValue(value, 'own'));

  it.each(['urn:a', 'a:!', 'a:"', 'A1+.-:x', 'https://mcp.example/mcp?x=~', `a:${'x'.repeat(2_000)}`])(
    'HOST-2: may be %s',
    (value) => {
      expect(said(value)).toBeUndefined();
    },
  );

  it.each([
    7,
    ['a:b'],
    '',
    'a',
    'a:',
    ':a',
    '1a:b',
    ' a:b',
    'a:b c',
    'a:b#c',
    'a:é',
    'a:b\n',
    `a:${'x'.repeat(2_001)}`,
  ])('HOST-2: is not %j', (value) => {
    expect(said(value)).toBe('own must be an absolute URI without fragment.');
  });
});
