// The fuzzing finds what it looks for, and every good input is read as a good one.
import { afterEach, describe, expect, it } from 'vitest';
import { AuthError, failure } from '../../contract/errors.ts';
import { CANARY } from './corpora.ts';
import { fuzz } from './fuzz.ts';
import { targets } from './targets.ts';

const withReader = (read: (input: string) => string) => ({ name: 'odd', corpus: ['{"a":"b"}'], read });

describe('fuzzing finds', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'polluted');
  });

  it('what is thrown and is no AuthError', () => {
    const reader = withReader((input) => JSON.parse(input) && 'object');
    expect(fuzz(reader, 1_000, 1).finding?.why).toMatch(/^threw SyntaxError/);
  });

  it('a secret in an error', () => {
    const reader = withReader(() => {
      throw new AuthError(failure('response_invalid', 'discovering', `no ${CANARY}`));
    });
    expect(fuzz(reader, 10, 1).finding?.why).toBe('a secret is in the error');
  });

  it('a prototype that was changed', () => {
    const reader = withReader(() => {
      Object.defineProperty(Object.prototype, 'polluted', { value: 1, configurable: true });
      return 'read';
    });
    expect(fuzz(reader, 2_000, 1).finding?.why).toBe('the prototype of all objects was changed');
  });

  it('the same with the same seed', () => {
    const seen: string[] = [];
    const reader = withReader((input) => {
      seen.push(input);
      return input;
    });
    for (const seed of [7, 7, 8]) fuzz(reader, 50, seed);
    expect(seen.slice(50, 100)).toEqual(seen.slice(0, 50));
    expect(seen.slice(100)).not.toEqual(seen.slice(0, 50));
  });
});

describe('each reader', () => {
  it.each(targets)('D20, W08: keeps its promises for a thousand inputs: $name', (target) => {
    expect(fuzz(target, 1_000, 3)).toMatchObject({ inputs: 1_000 });
    expect(fuzz(target, 1_000, 3).finding).toBeUndefined();
  });

  it.each(targets)('takes its first good input: $name', ({ read, corpus }) => {
    expect(() => read(corpus[0] ?? '')).not.toThrow();
  });

  it('reads each record, and a line of a trace; a grant has all that a registration has', () => {
    const { read, corpus } = targets.find(({ name }) => name === 'records and traces') ?? targets[0] ?? {};
    expect(corpus?.map((one) => read?.(one))).toEqual([
      'registration,grant -',
      'binding -',
      'login -',
      ' request',
    ]);
  });
});
