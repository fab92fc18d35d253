// Errors: what each code recovers by, and that no sink shows what is untrusted or foreign.
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  AuthError,
  type Failure,
  failure,
  failureCodes,
  type Recovery,
  refuse,
  safetyCodes,
  toFailure,
} from '../../contract/errors.ts';

const said = 'SAID by the server';
const sent = 'SENT to the server';
const full: Failure = {
  code: 'registration_refused',
  phase: 'registering',
  recovery: 'fix-config',
  message: 'The server did not register this client.',
  issuer: 'https://a.example',
  otherIssuer: 'https://b.example',
  status: 400,
  scopes: ['read', 'write'],
  retryAfter: 1000,
  oauthError: 'invalid_client_metadata',
  said,
  sent,
};
/** All that may help: whoever decides on it has a case for each. */
const helps: Readonly<Record<Recovery, true>> = {
  none: true,
  'retry-later': true,
  reauthorize: true,
  reregister: true,
  'fix-config': true,
  'ask-user': true,
};
const plain = failure('internal', 'requesting', 'Plain.');

describe('failure', () => {
  test.each([
    ['unreachable', 'retry-later'],
    ['issuer_mismatch', 'none'],
    ['bound_elsewhere', 'fix-config'],
    ['client_refused', 'reregister'],
    ['grant_refused', 'reauthorize'],
    ['access_denied', 'ask-user'],
    ['internal', 'none'],
  ] as const)('%s recovers by %s', (code, recovery) => {
    expect(failure(code, 'requesting', 'Words.')).toStrictEqual({
      code,
      phase: 'requesting',
      recovery,
      message: 'Words.',
    });
  });

  test('every code recovers by something that hosts know', () => {
    for (const [code, recovery] of Object.entries(failureCodes))
      expect([code, Object.hasOwn(helps, recovery)]).toEqual([code, true]);
  });

  test('unless said otherwise', () => {
    const details = { recovery: 'ask-user', status: 400 } as const;
    expect(failure('grant_refused', 'authorizing', 'Words.', details)).toMatchObject(details);
  });

  test('what was refused for safety is not tried again by itself', () => {
    const recoveries = [...safetyCodes].map((code) => failure(code, 'requesting', '').recovery);
    expect(recoveries).not.toContain('retry-later');
    expect(recoveries).not.toContain('reregister');
    for (const code of safetyCodes) expect(Object.keys(failureCodes)).toContain(code);
    expect([...safetyCodes]).toEqual(
      expect.arrayContaining([
        'resource_mismatch',
        'issuer_mismatch',
        'pkce_unsupported',
        'bound_elsewhere',
        'response_issuer_mismatch',
        'response_issuer_missing',
      ]),
    );
  });
});

describe('AuthError', () => {
  test.each([
    ['everything', full],
    ['nothing beside the four', plain],
  ])('there and back again, with %s', (_, of) => {
    const error = new AuthError(of);
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('AuthError');
    expect(error.message).toBe(of.message);
    expect(error.toFailure()).toStrictEqual(of);
  });

  test('tells said and sent to those who ask for them', () => {
    const error = new AuthError(full);
    expect([error.said, error.sent]).toEqual([said, sent]);
    expect([new AuthError(plain).said, new AuthError(plain).sent]).toEqual([undefined, undefined]);
  });

  test.each([
    ['util.inspect', (error: AuthError) => inspect(error)],
    ['util.inspect, as deep as it goes', (error: AuthError) => inspect({ error: [error] }, { depth: null })],
    ['util.inspect as a cause', (error: AuthError) => inspect(new Error('x', { cause: error }))],
    ['JSON.stringify', (error: AuthError) => JSON.stringify({ error })],
    ['its text', (error: AuthError) => `${error}`],
    ['its stack', (error: AuthError) => `${error.stack}`],
    ['Object.keys', (error: AuthError) => Object.keys(error).join()],
    ['for in', (error: AuthError) => enumerated(error).join()],
    ['a spread', (error: AuthError) => JSON.stringify({ ...error })],
    ['Object.assign', (error: AuthError) => JSON.stringify(Object.assign({}, error))],
    ['structuredClone', (error: AuthError) => inspect(structuredClone(error))],
  ])('L01, L10: %s never shows said or sent', (_, sink) => {
    const shown = sink(new AuthError(full));
    for (const hidden of [said, sent, 'said', 'sent']) expect(shown).not.toContain(hidden);
  });

  test('as JSON it is four fields', () => {
    const { code, phase, recovery, message } = full;
    expect(JSON.parse(JSON.stringify(new AuthError(full)))).toEqual({ code, phase, recovery, message });
  });

  test('has no cause, and no key for what it does not know', () => {
    const error = new AuthError(plain);
    expect('cause' in error).toBe(false);
    expect(Object.getOwnPropertyNames(error).sort()).toEqual(
      ['stack', 'message', 'name', 'code', 'phase', 'recovery'].sort(),
    );
    expect(inspect(error)).not.toContain('undefined');
  });
});

function enumerated(object: object): string[] {
  const names: string[] = [];
  for (const name in object) names.push(name);
  return names;
}

test('refuse throws what failure makes', () => {
  expect(() => refuse('pkce_unsupported', 'discovering', 'No.', { issuer: 'https://a.example' })).toThrow(
    new AuthError(failure('pkce_unsupported', 'discovering', 'No.', { issuer: 'https://a.example' })),
  );
});

describe('toFailure', () => {
  test('leaves our own as it is, whatever the phase', () => {
    expect(toFailure(new AuthError(full), 'storing')).toStrictEqual(full);
  });

  const secret = 'T0KEN-9f8e7d6c';
  class StoreError extends Error {
    override readonly name = 'StoreError';
  }
  test.each([
    ['an Error with a message', new Error(secret), 'Error'],
    ['an Error with a cause', new TypeError('x', { cause: { token: secret } }), 'TypeError'],
    ['an Error with fields', Object.assign(new Error('x'), { response: { body: secret } }), 'Error'],
    ['an AggregateError', new AggregateError([new Error(secret)], secret), 'AggregateError'],
    ['a class of the host', new StoreError(secret), 'StoreError'],
    ['an exception of the platform', new DOMException(secret, 'AbortError'), 'AbortError'],
    ['a class with the shortest name', Object.assign(new Error(secret), { name: 'e' }), 'e'],
    [
      'a class with the longest name',
      Object.assign(new Error(secret), { name: 'E'.repeat(64) }),
      'E'.repeat(64),
    ],
    ['a class with a longer name', Object.assign(new Error(secret), { name: 'E'.repeat(65) }), 'Error'],
    ['what looks like ours', { name: 'AuthError', message: secret, said: secret }, 'object'],
    ['a text', secret, 'string'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'object'],
  ])('L10: of %s keeps only what it is', (_, thrown, what) => {
    const made = toFailure(thrown, 'storing');
    expect(made).toEqual({
      code: 'internal',
      phase: 'storing',
      recovery: 'none',
      message: expect.stringContaining(`(${what})`),
    });
    expect(JSON.stringify(made)).not.toContain(secret);
  });

  test.each([
    ['a secret', `Error: ${secret}`],
    ['W11: escapes', '\x1b[2J\nError'],
    ['endless', 'E'.repeat(1000)],
    ['no text', { secret }],
  ])('L10: a name that is %s is not passed on', (_, name) => {
    const { message } = toFailure(Object.assign(new Error('x'), { name }), 'storing');
    expect(message).toContain('(Error)');
    expect(message).not.toContain(secret);
    expect(message).toMatch(/^[\x20-\x7e]{1,200}$/);
  });

  test('C14: an error that cannot even be looked at is a failure, too', () => {
    const hostile = Object.defineProperty(new Error('x'), 'name', {
      get: () => {
        throw new Error(secret);
      },
    });
    expect(toFailure(hostile, 'storing')).toMatchObject({
      code: 'internal',
      phase: 'storing',
      message: expect.stringContaining('(Error)'),
    });
  });
});
