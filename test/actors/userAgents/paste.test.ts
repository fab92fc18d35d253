// What a person may paste, what they are told, and how the wait ends.
import { describe, expect, test } from 'vitest';
import { pasteUserAgent } from '../../../actors/userAgents/paste.ts';
import { failureOf } from './scriptedServer.ts';

const redirectUri = 'http://127.0.0.1/callback';
const good = `${redirectUri}?code=c%2f1&state=right`;
const signal = new AbortController().signal;
const session = { resource: 'https://resource.example/mcp', subject: '', label: '' };
const request = { session, redirectUri, state: 'right', issuer: 'https://as.example', signal };

/** Types the answers one after the other; keeps the questions. */
function person(...answers: string[]) {
  const questions: string[] = [];
  const shown: string[] = [];
  const agent = pasteUserAgent({
    show: (url, issuer) => void shown.push(`${issuer} ${url}`),
    ask: async (question) => {
      questions.push(question);
      return answers.shift() ?? '';
    },
  });
  return { agent, questions, shown };
}

test('shows the URL with its issuer, and listens nowhere', async () => {
  const { agent, shown } = person();
  expect(await agent.reserve([], signal)).toBe(redirectUri);
  await agent.present({ ...request, url: 'https://as.example/a b' });
  expect(shown).toEqual(['https://as.example https://as.example/a%20b']);
});

test('REG-12: has the name localhost for its own redirect URI only', async () => {
  const { agent } = person(good.replace('127.0.0.1', 'localhost'));
  const named = agent.atLocalhost?.(redirectUri) ?? '';
  expect(named).toBe('http://localhost/callback');
  expect(await agent.receive({ ...request, redirectUri: named })).toBe(`${named}?code=c%2f1&state=right`);
  expect(agent.atLocalhost?.('http://127.0.0.1:1/callback')).toBeUndefined();
  const own = pasteUserAgent({ show: () => {}, ask: async () => '', redirectUri });
  expect(own.atLocalhost).toBeUndefined();
});

test('A01 does not show what may not be opened', async () => {
  const { agent, shown } = person();
  const error = await failureOf(agent.present({ ...request, url: 'javascript:alert(1)' }));
  expect([error.code, shown]).toEqual(['address_refused', []]);
});

test.each([
  ['as it is', good],
  ['with white space', `\n ${good}\t\r\n`],
  ['in quotes', `'${good}'`],
  ['in angle brackets', `<${good}>`],
])('takes the address %s', async (_what, text) => {
  expect(await person(text).agent.receive(request)).toBe(good);
});

test.each([
  ['something else', 'hello', 'not the address'],
  ['nothing', '', 'not the address'],
  ['another place', 'http://127.0.0.1:81/callback?code=c&state=right', 'not the address'],
  ['no state', `${redirectUri}?code=c`, 'not complete'],
  ['A14 two states', `${good}&state=right`, 'not complete'],
  ['A08 another state', `${redirectUri}?code=c&state=wrong`, 'another login'],
  ['A04 more than 16 KiB', `${good}&x=${'a'.repeat(16 * 1024)}`, 'too long'],
])('asks again, and says why, after %s', async (_what, text, reason) => {
  const { agent, questions } = person(text, good);
  expect(await agent.receive(request)).toBe(good);
  expect(questions).toHaveLength(2);
  expect(questions[1]).toContain(reason);
  expect(questions.join()).not.toContain('right');
});

describe('ends without an answer', () => {
  test('by the signal, while the question stands', async () => {
    const cancel = new AbortController();
    const agent = pasteUserAgent({
      show: () => {},
      ask: () => {
        cancel.abort();
        return new Promise<string>(() => {});
      },
    });
    expect((await failureOf(agent.receive({ ...request, signal: cancel.signal }))).code).toBe('cancelled');
  });

  test('by dispose', async () => {
    const agent = pasteUserAgent({ show: () => {}, ask: () => new Promise<string>(() => {}) });
    const waiting = failureOf(agent.receive(request));
    await agent.dispose();
    await agent.dispose();
    expect((await waiting).code).toBe('cancelled');
  });

  test('when asking fails; what it threw stays out', async () => {
    const agent = pasteUserAgent({ show: () => {}, ask: () => Promise.reject(new Error('secret')) });
    const error = await failureOf(agent.receive(request));
    expect([error.code, error.message.includes('secret')]).toEqual(['user_agent_failed', false]);
  });

  test('A07 when the input is at its end and answers at once for ever', async () => {
    const { agent, questions } = person();
    expect((await failureOf(agent.receive(request))).code).toBe('user_agent_failed');
    expect(questions).toHaveLength(20);
  });
});
