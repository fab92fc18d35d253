// Which of the listed authorization servers is used (DISC-5).
import { describe, expect, test } from 'vitest';
import {
  isBoundServer,
  judgeHostChoice,
  preferServer,
  type ServerEvidence,
} from '../../protocol/serverChoice.ts';

const [a, b, c] = ['https://a.example', 'https://b.example', 'https://c.example'] as const;
const of = (more: Partial<ServerEvidence> = {}): ServerEvidence => ({
  listed: [a, b, c],
  passedOver: [],
  binding: null,
  hostIssuers: [],
  ignoresSlashOf: [],
  ...more,
});
const binding = (current: string, ...others: readonly string[]) => ({
  current,
  issuers: [...others, current],
});

describe('preferServer (DISC-5)', () => {
  test.each<[string, Partial<ServerEvidence>, string | null]>([
    ['D32: the first, where nothing is known', {}, a],
    ['none, where none is listed', { listed: [] }, null],
    ['none, where all were passed over', { passedOver: [c, a, b] }, null],
    ['the first that was not passed over', { passedOver: [a] }, b],
    ['the bound one', { binding: binding(b) }, b],
    ['the bound one before one that was bound', { binding: binding(c, a, b) }, c],
    ['the bound one before one of the host’s own', { binding: binding(b), hostIssuers: [a] }, b],
    ['BIND-11: the first listed that was bound', { binding: binding('https://x.example', c, b) }, b],
    [
      'one that was bound before one of the host’s own',
      { binding: binding('https://x.example', c), hostIssuers: [b] },
      c,
    ],
    [
      'one that was bound, where the bound one was passed over',
      { binding: binding(b, c), passedOver: [b] },
      c,
    ],
    ['REG-3: one that the host has credentials of', { hostIssuers: ['https://x.example', c, b] }, b],
    ['the first, where the host’s own is not listed', { hostIssuers: ['https://x.example'] }, a],
    ['the first, where only others were bound', { binding: binding('https://x.example') }, a],
    [
      'the first, where a binding names nothing',
      { binding: { current: b, issuers: [] }, passedOver: [b] },
      a,
    ],
    [
      'D23: a name that differs by a slash is another one',
      { binding: binding(`${b}/`), hostIssuers: [`${c}/`] },
      a,
    ],
    [
      'by its own name, where the slash may be ignored',
      { binding: binding(`${b}/`), ignoresSlashOf: [b] },
      b,
    ],
    [
      'by its own name without the slash, where that may be ignored',
      { listed: [a, `${b}/`], binding: binding(b), ignoresSlashOf: [`${b}/`] },
      `${b}/`,
    ],
    [
      'the slash is ignored of the named ones only',
      { binding: binding(`${b}/`), ignoresSlashOf: [a, `${b}/`] },
      a,
    ],
    ['one slash is ignored, not two', { binding: binding(`${b}//`), ignoresSlashOf: [b] }, a],
    ['credentials of its own name', { hostIssuers: [`${c}/`], ignoresSlashOf: [c] }, c],
    ['its listed name counts, too', { binding: binding(b), ignoresSlashOf: [b] }, b],
    [
      'BIND-11: by its own name, where it was bound',
      { binding: binding('https://x.example', `${c}/`), ignoresSlashOf: [c] },
      c,
    ],
  ])('%s', (_what, given, preferred) => {
    expect(preferServer(of(given)).preferred).toBe(preferred);
  });

  test('what is open keeps its order', () => {
    expect(preferServer(of({ passedOver: [b] })).open).toEqual([a, c]);
    expect(preferServer(of()).open).toEqual([a, b, c]);
  });

  test.each<[string, Partial<ServerEvidence>, string | undefined]>([
    ['none', {}, undefined],
    ['a listed one', { binding: binding(b) }, b],
    ['one that is not listed', { binding: binding('https://x.example', b) }, 'https://x.example'],
    ['a listed one by another name', { binding: binding(`${b}/`), ignoresSlashOf: [b] }, b],
    [
      'one that was passed over',
      { binding: binding(`${b}/`), ignoresSlashOf: [b], passedOver: [b] },
      `${b}/`,
    ],
  ])('BIND-3: says which one is bound: %s', (_what, given, bound) => {
    expect(preferServer(of(given)).bound).toBe(bound);
  });
});

describe('isBoundServer (DISC-5)', () => {
  test.each<[string, Partial<ServerEvidence>, boolean]>([
    ['nothing is bound', {}, false],
    ['it is', { binding: binding(b) }, true],
    ['it was', { binding: binding(a, b) }, false],
    ['it is by a slash', { binding: binding(`${b}/`) }, false],
    ['it is by a slash that may be ignored', { binding: binding(`${b}/`), ignoresSlashOf: [b] }, true],
    ['it is, whatever was passed over', { binding: binding(b), passedOver: [b] }, true],
  ])('%s', (_what, given, expected) => {
    expect(isBoundServer(b, of(given))).toBe(expected);
  });
});

describe('judgeHostChoice (DISC-5)', () => {
  test('one of the list', () => {
    expect(judgeHostChoice(b, [a, b])).toEqual({ kind: 'listed', issuer: b });
  });

  test.each([c, `${b}/`, '', undefined, null, 7])('not %j', (chosen) => {
    expect(judgeHostChoice(chosen, [a, b])).toStrictEqual({
      kind: 'refused',
      failure: {
        code: 'config_invalid',
        phase: 'discovering',
        recovery: 'fix-config',
        message:
          'policy.selectServer names a server that is not among those that can be used here; choose one of https://a.example, https://b.example.',
      },
    });
  });
});
