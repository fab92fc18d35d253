// How long a request waits for a person: so long as it was told, whatever servers take, and the waiting leaves nothing behind.
import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import type { Sleep } from '../../actors/tools/sleep.ts';
import { waitingAtMost } from '../../engine/loginWait.ts';
import type { Fetching } from '../../engine/sessionFetch.ts';
import { sessionIdOf } from '../../protocol/sessionId.ts';
import { failureOf } from '../support/engine.ts';

/** A session whose chart is where the test says, and whose waits end when the test says. */
function setting() {
  const chart = { needsUser: false };
  const slept: { readonly milliseconds: number; readonly end: () => void; readonly signal: AbortSignal }[] =
    [];
  const sleep: Sleep = (milliseconds, signal) =>
    new Promise((resolve) => {
      slept.push({ milliseconds, end: resolve, signal });
      signal.addEventListener('abort', () => resolve());
    });
  let end = (_snapshot: unknown): void => {};
  const waiting = new Promise((resolve) => {
    end = resolve;
  });
  const asked: AbortSignal[] = [];
  const session = {
    id: sessionIdOf({ resource: 'https://mcp.example/mcp' }),
    snapshot: { hasTag: () => chart.needsUser },
    quiet: (signal: AbortSignal) => {
      asked.push(signal);
      return waiting;
    },
    usableToken: (signal: AbortSignal) => {
      asked.push(signal);
      return waiting;
    },
  } as unknown as Fetching;
  return { chart, slept, asked, end, patient: waitingAtMost(session, 700, sleep) };
}

const turn = () => new Promise(setImmediate);
const { signal } = new AbortController();

it.each(['quiet', 'usableToken'] as const)('HOST-1: %s waits for a person so long', async (of) => {
  const { chart, slept, asked, patient } = setting();
  chart.needsUser = true;
  const failed = failureOf(patient[of](signal));
  await turn();
  slept[0]?.end();
  expect(await failed).toMatchObject({ code: 'login_pending', phase: 'requesting', recovery: 'ask-user' });
  expect(slept.map(({ milliseconds }) => milliseconds)).toEqual([700]);
  // What it waited for does not wait on, and the caller's signal is left as it was.
  expect(asked.map(({ aborted }) => aborted)).toEqual([true]);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('HOST-1: goes on while it is not the person who is waited for', async () => {
  const { chart, slept, end, patient } = setting();
  const failed = failureOf(patient.quiet());
  for (let look = 0; look < 3; look += 1) {
    await turn();
    slept[look]?.end();
  }
  await turn();
  expect(slept.map(({ milliseconds }) => milliseconds)).toEqual([700, 250, 250, 250]);
  chart.needsUser = true;
  slept[3]?.end();
  expect((await failed).code).toBe('login_pending');
  end('too late');
});

it('C09: ends with the caller’s signal, and with its reason', async () => {
  const { asked, patient } = setting();
  const ending = new AbortController();
  void patient.quiet(ending.signal).catch(() => {});
  await turn();
  ending.abort('enough');
  expect(asked.map(({ reason }) => reason)).toEqual(['enough']);
  void patient.quiet(ending.signal).catch(() => {});
  expect(asked.map(({ aborted }) => aborted)).toEqual([true, true]);
});

it('C12: what comes in time is handed on, and no timer is left', async () => {
  const { chart, slept, end, patient } = setting();
  const waiting = patient.quiet();
  await turn();
  end('the snapshot');
  expect(await waiting).toBe('the snapshot');
  chart.needsUser = true;
  await turn();
  expect(slept.map(({ signal: { aborted } }) => aborted)).toEqual([true]);
});
