// How objects of options are judged: what is no such object, and which option was meant by a name that is none.
import { describe, expect, it } from 'vitest';
import { implementation, type Judge, object, oneOf } from '../../protocol/options.ts';
import { flag, name as title } from '../../protocol/optionValues.ts';

interface Options {
  readonly requestTimeout: unknown;
  readonly scopes: unknown;
  readonly aaaaaaaaa: unknown;
  readonly next: unknown;
}

const any = (): void => {};
const judge = object<Options>({ requestTimeout: any, scopes: any, aaaaaaaaa: any, next: any });

/** What is said of a value; nothing of one that is let through. */
function sentenceOn(of: Judge, value: unknown): string | undefined {
  try {
    of(value, 'here');
    return undefined;
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'config_invalid' });
    return (thrown as Error).message;
  }
}

describe('HOST-2: an object of options', () => {
  it.each([
    ['an object', {}],
    ['one without a prototype', Object.create(null)],
    ['the namespace of a module', { [Symbol.toStringTag]: 'Module' }],
  ])('is %s', (_what, value) => {
    expect(sentenceOn(judge, value)).toBeUndefined();
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'text'],
    ['a function', any],
    ['a list', []],
  ])('is not %s; nor is an object of a class', (_what, value) => {
    for (const of of [judge, implementation<{ run: () => void }>({ run: any })])
      expect(sentenceOn(of, value)).toBe('here must be an object.');
  });

  it.each([
    ['a map', new Map()],
    ['a date', new Date()],
    ['a class with a name of its own', { [Symbol.toStringTag]: '' }],
  ])('is not %s', (_what, value) => {
    expect(sentenceOn(judge, value)).toBe('here must be an object with options as its members.');
  });
});

describe('HOST-2: a name that is no option', () => {
  it.each([
    ['a letter left out', 'requestTimeot', 'requestTimeout'],
    ['a letter too many', 'requesttTimeout', 'requestTimeout'],
    ['two letters too many', 'requestTimeouted', 'requestTimeout'],
    ['two letters swapped', 'reuqestTimeout', 'requestTimeout'],
    ['a letter left out at the beginning', 'equestTimeout', 'requestTimeout'],
    ['a letter for another at the end', 'requestTimeous', 'requestTimeout'],
    ['two letters of six', 'scope_', 'scopes'],
    ['one letter of those that are all alike', 'aaaaaaaa', 'aaaaaaaaa'],
    ['one letter more of those that are all alike', 'aaaaaaaaaa', 'aaaaaaaaa'],
    ['the cases of letters', 'SCOPES', 'scopes'],
  ])('is taken for a slip: %s', (_what, name, meant) => {
    expect(sentenceOn(judge, { [name]: 1 })).toBe(`here.${name} is not an option; here.${meant} is one.`);
  });

  it.each([
    ['three letters too many', 'requestTimeoutsss'],
    ['three letters left out', 'requestTime'],
    ['differences at two places', 'rexuestTimxout'],
    ['two letters of four', 'ne'],
    ['half of six letters', 'sco'],
    ['three letters for others of six', 'scoxxx'],
    ['three letters for others at the beginning', 'xxxuestTimeout'],
    ['three letters more of those that are all alike', 'aaaaaaaaaaaa'],
    ['more at both ends', 'xscopesx'],
    ['another name', 'x'],
  ])('is taken for no slip: %s', (_what, name) => {
    expect(sentenceOn(judge, { [name]: 1 })).toBe(`here.${name} is not an option; leave it out.`);
  });

  it('is shown up to 60 characters', () => {
    const name = 'x'.repeat(60);
    expect(sentenceOn(judge, { [name]: 1 })).toContain(`here.${name} is`);
    expect(sentenceOn(judge, { [`${name}x`]: 1 })).toContain(`here.${name}… is`);
  });
});

describe('HOST-2: one of some names', () => {
  const either = oneOf<'ask' | 'auto'>({ ask: true, auto: true });
  it('is refused with all of them', () => {
    for (const value of ['', 'ASK', 'toString', null, ['ask']])
      expect(sentenceOn(either, value)).toBe('here must be one of ask, auto.');
    expect(sentenceOn(either, 'auto')).toBeUndefined();
  });

  it('is judged below the name of its option', () => {
    const of = object<{ isOn: boolean; name: string }>({ isOn: flag, name: title });
    expect(sentenceOn(of, { isOn: 1, name: 'a' })).toBe('here.isOn must be true or false.');
  });
});
