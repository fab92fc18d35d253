// Requests come, are answered once, and go.
import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { createInbox } from '../../../actors/userAgents/inbox.ts';
import { failureOf } from './scriptedServer.ts';

const never = new AbortController().signal;

test('A17 A19 a state is answered once, and only while it is expected', async () => {
  const inbox = createInbox();
  expect(inbox.deliver('a', 'early')).toBe(false);
  inbox.expect('a', never);
  expect([inbox.deliver('b', 'other'), inbox.deliver('a', 'first'), inbox.deliver('a', 'second')]).toEqual([
    false,
    true,
    false,
  ]);
  expect(await inbox.receive('a', never)).toBe('first');
  expect([inbox.deliver('a', 'late'), inbox.size()]).toEqual([false, 0]);
});

test('A33 what is expected goes with its signal, unless somebody receives it', async () => {
  const cancel = new AbortController();
  const inbox = createInbox();
  for (const state of ['a', 'b']) inbox.expect(state, cancel.signal);
  const waiting = inbox.receive('b', never);
  cancel.abort();
  expect([inbox.deliver('a', 'late'), inbox.deliver('b', 'wanted'), await waiting]).toEqual([
    false,
    true,
    'wanted',
  ]);
  inbox.expect('c', cancel.signal);
  expect(inbox.size()).toBe(0);
});

test('a request stays while one of its receivers is left', async () => {
  const cancel = new AbortController();
  const inbox = createInbox();
  const given = failureOf(inbox.receive('a', cancel.signal));
  const waiting = inbox.receive('a', never);
  expect([inbox.size(), inbox.receiving()]).toEqual([1, 2]);
  cancel.abort();
  expect((await given).code).toBe('cancelled');
  inbox.forget('a');
  expect([inbox.receiving(), inbox.deliver('a', 'url'), await waiting]).toEqual([1, true, 'url']);
});

test('tells of each change, and of each end once', async () => {
  const changes: [boolean, number][] = [];
  const inbox = createInbox((ended) => void changes.push([ended, inbox.receiving()]));
  inbox.expect('a', never);
  inbox.deliver('a', 'url');
  await inbox.receive('a', never);
  inbox.forget('a');
  expect(changes).toEqual([
    [false, 0],
    [false, 1],
    [false, 0],
    [true, 0],
  ]);
});

test('C12 leaves no listener on the signal that a request was expected with', async () => {
  const { signal } = new AbortController();
  const inbox = createInbox();
  for (const state of ['received', 'forgotten']) inbox.expect(state, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(2);
  inbox.deliver('received', 'url');
  await inbox.receive('received', never);
  inbox.forget('forgotten');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('A33 a state that is expected twice is one request, and a receiver joins it', async () => {
  const changes: boolean[] = [];
  const inbox = createInbox((ended) => void changes.push(ended));
  inbox.expect('a', never);
  inbox.expect('a', AbortSignal.abort());
  expect([inbox.size(), changes]).toEqual([1, [false]]);
  const waiting = [inbox.receive('a', never), inbox.receive('a', never)];
  expect([inbox.size(), inbox.receiving()]).toEqual([1, 2]);
  inbox.deliver('a', 'url');
  expect(await Promise.all(waiting)).toEqual(['url', 'url']);
});

test('a request that is received without being expected is told of, and counted with the others', async () => {
  const changes: boolean[] = [];
  const inbox = createInbox((ended) => void changes.push(ended));
  const waiting = ['a', 'b'].map((state) => inbox.receive(state, never));
  expect([inbox.size(), inbox.receiving(), changes]).toEqual([2, 2, [false, false, false, false]]);
  inbox.deliver('b', 'url b');
  inbox.deliver('a', 'url a');
  expect(await Promise.all(waiting)).toEqual(['url a', 'url b']);
  expect([inbox.size(), inbox.receiving(), changes.slice(4).sort()]).toEqual([
    0,
    0,
    [false, false, true, true],
  ]);
});

test('what was expected with a signal that was given before is told as a request that has ended', () => {
  const changes: boolean[] = [];
  const inbox = createInbox((ended) => void changes.push(ended));
  inbox.expect('a', AbortSignal.abort());
  expect([inbox.size(), changes]).toEqual([0, [false, true]]);
});

test('a request is claimed once, and none that is not there', () => {
  const inbox = createInbox();
  inbox.expect('a', never);
  inbox.forget('none');
  expect(['none', 'a', 'a'].map((state) => inbox.claim(state))).toEqual([false, true, false]);
  inbox.expect('b', never);
  expect(inbox.claim('b')).toBe(true);
});
