// What a person may paste, what they are told, and how the wait ends.
import { describe, expect, test } from 'vitest';
import { faultBehind } from '../../../actors/userAgents/hostFault.ts';
import { pasteUserAgent } from '../../../actors/userAgents/paste.ts';
import { AuthError, failure } from '../../../contract/errors.ts';
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
  ['in single quotes', `'${good}'`],
  ['in double quotes', `"${good}"`],
  ['in backticks', `\`${good}\``],
  ['in angle brackets', `<${good}>`],
  ['in several of them', ` "<${good}>" `],
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

test.each([
  ['in the address', `${good}&x='"\`<>a`, `${good}&x='"\`<>a`],
  ['of a closing bracket before it', `>${good}`, undefined],
  ['of an opening bracket behind it', `${good}&x=a<`, `${good}&x=a<`],
])(
  'leaves quotes and brackets as they are where they are not around it: %s',
  async (_what, text, expected) => {
    const received = person(text).agent.receive(request);
    if (expected === undefined) expect((await failureOf(received)).code).toBe('user_agent_failed');
    else expect(await received).toBe(expected);
  },
);

test('A04 takes an address of exactly 16 KiB', async () => {
  const longest = `${good}&x=`.padEnd(16 * 1024, 'a');
  expect(await person(longest).agent.receive(request)).toBe(longest);
});

test('asks for the address, and names where it begins', async () => {
  const { agent, questions } = person('', good);
  await agent.receive(request);
  const question = `Paste the address that your browser ended at (${redirectUri}?…): `;
  expect(questions).toEqual([question, `That is not the address. ${question}`]);
  expect(agent.name).toBe('paste');
});

test('C09 shows and asks nothing where its signal was given before, or after dispose', async () => {
  const { agent, questions, shown } = person(good);
  const url = 'https://as.example/';
  const codesWith = (given: AbortSignal): Promise<string[]> =>
    Promise.all(
      [
        agent.reserve([], given),
        agent.present({ ...request, url, signal: given }),
        agent.receive({ ...request, signal: given }),
      ].map(async (one) => (await failureOf(one)).code),
    );
  expect(await codesWith(AbortSignal.abort())).toEqual(['cancelled', 'cancelled', 'cancelled']);
  await agent.dispose();
  expect(await codesWith(signal)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  expect([questions, shown]).toEqual([[], []]);
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
    const fault = new Error('secret');
    const agent = pasteUserAgent({ show: () => {}, ask: () => Promise.reject(fault) });
    const error = await failureOf(agent.receive(request));
    expect(error).toMatchObject({ code: 'user_agent_failed', phase: 'authorizing' });
    expect(error.message).toContain('could not be asked for');
    expect(error.message).not.toContain('secret');
    expect(faultBehind(error)).toEqual({ fault });
  });

  test('with the failure that asking has ended with', async () => {
    const thrown = new AuthError(failure('timed_out', 'authorizing', 'Nobody is there.'));
    const agent = pasteUserAgent({ show: () => {}, ask: () => Promise.reject(thrown) });
    expect(await failureOf(agent.receive(request))).toBe(thrown);
  });

  test('A07 when the input is at its end and answers at once for ever', async () => {
    const { agent, questions } = person();
    const error = await failureOf(agent.receive(request));
    expect(error).toMatchObject({ code: 'user_agent_failed', phase: 'authorizing' });
    expect(questions).toHaveLength(20);
  });
});
