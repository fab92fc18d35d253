// The options of an engine: which parts of the host's it takes, and what it says of those that it does not.
import { describe, expect, it } from 'vitest';
import type { EngineOptions } from '../../../engine/engineOptions.ts';
import { noUserAgent } from '../../../engine/guardedUserAgent.ts';
import { judgeEngineOptions } from '../../../engine/options/engine.ts';
import { sentenceOf } from './verdict.ts';

const client = { name: 'tests' };
const said = (options: object) =>
  sentenceOf(() => judgeEngineOptions({ client, userAgent: noUserAgent, ...options } as EngineOptions));

describe('the options of an engine', () => {
  it('HOST-2: have a user agent, unless the grant needs none', () => {
    expect(said({ userAgent: undefined })).toBe(
      'userAgent must be given: people log in with a browser unless client.grant says otherwise.',
    );
    const grant = { kind: 'client-credentials' };
    expect(said({ userAgent: undefined, client: { ...client, grant } })).toBeUndefined();
    expect(said({ client: { ...client, grant } })).toBeUndefined();
    expect(said({})).toBeUndefined();
  });

  it.each(['reserve', 'present', 'receive', 'release', 'dispose'])(
    'HOST-2: need %s of a user agent',
    (name) => {
      expect(said({ userAgent: { ...noUserAgent, [name]: undefined } })).toBe(
        `userAgent.${name} must be a function.`,
      );
    },
  );

  it.each(['atLocalhost', 'hold', 'dismiss'])('HOST-2: may do without %s of a user agent', (name) => {
    expect(said({ userAgent: { ...noUserAgent, [name]: undefined } })).toBeUndefined();
    expect(said({ userAgent: { ...noUserAgent, [name]: 7 } })).toBe(`userAgent.${name} must be a function.`);
  });

  it.each(['onProgress', 'onTrace', 'onDefect', 'inspect', 'fetch', 'now', 'sleep'])(
    'HOST-2: %s is a function, or left out',
    (name) => {
      expect(said({ [name]: 7 })).toBe(`${name} must be a function.`);
      expect(said({ [name]: () => {} })).toBeUndefined();
    },
  );

  it('HOST-2: are an object', () => {
    expect(sentenceOf(() => judgeEngineOptions(undefined as never))).toBe(
      'What is given as options must be an object.',
    );
  });
});
