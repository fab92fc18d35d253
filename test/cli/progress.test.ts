// What progress says of a registration: what was asked for, what changed in it, and why it was refused.
import { expect, test } from 'vitest';
import { progressLines, registrationLine } from '../../cli/progress.ts';
import type { Progress } from '../../index.ts';

type Registration = Extract<Progress, { kind: 'registration' }>;

const first: Registration = {
  kind: 'registration',
  session: { resource: 'https://rs.example', subject: '', label: '' },
  number: 1,
  changed: null,
  sent: {
    client_name: 'App',
    redirect_uris: ['http://127.0.0.1/callback'],
    application_type: 'native',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  status: 201,
};

function linesOf(progress: Progress, verbose: boolean): readonly string[] {
  const lines: string[] = [];
  progressLines({ verbose, write: (line) => lines.push(line.trim()), dim: (text) => text })(progress);
  return lines;
}

test.each<[string, Partial<Registration>, string]>([
  ['the whole request at first', {}, `registration 1: ${JSON.stringify(first.sent)}`],
  [
    'what is new after that',
    { number: 2, changed: 'grant_types' },
    'registration 2: grant_types ["authorization_code"]',
  ],
  ['what is left out', { number: 2, changed: 'scope' }, 'registration 2: scope left out'],
  [
    'W11: why it was refused, without control characters',
    { number: 2, changed: 'scope', said: 'No\u0007' },
    'registration 2: scope left out; refused: No\\u{7}',
  ],
])('REG-12: says %s', (_what, more, line) => {
  expect(registrationLine({ ...first, ...more })).toBe(line);
});

test.each([
  ['renewal', 'another process is renewing this login'],
  ['registration', 'another process is registering this client'],
  ['login', 'another process is about to begin this login'],
] as const)('C05: whoever waits for the %s of another process is told so, and how long', (on, said) => {
  const lines = linesOf({ kind: 'waiting', session: first.session, for: on, most: 70_000 }, false);
  expect(lines).toEqual([`${said}, or has ended in the middle of that: waiting for it, at most 1 min 10 s`]);
});

test('REG-12: a refusal is always told, a success only to those who want to know more', () => {
  expect(linesOf(first, false)).toEqual([]);
  expect(linesOf(first, true)).toEqual([registrationLine(first)]);
  const refused = { ...first, said: 'No' };
  expect(linesOf(refused, false)).toEqual([registrationLine(refused)]);
});
