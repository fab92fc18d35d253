// Requests come, are answered once, and go.
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
