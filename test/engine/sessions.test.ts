// The sessions of an engine: which one is meant, who is put to rest, and what is left after the engine has stopped.
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../contract/facts.ts';
import type { EngineSession } from '../../engine/session.ts';
import { Sessions } from '../../engine/sessions.ts';
import { collectGarbage } from '../support/garbage.ts';

const idOf = (subject: string): SessionId => ({ resource: 'https://mcp.example', subject, label: '' });

/** Sessions that rest when they are asked to; who was asked, and when. */
function sessionsOf() {
  let clock = 1_000;
  const asked: unknown[] = [];
  const stopped: string[] = [];
  const sessions = new Sessions({
    idleAfter: 100,
    now: () => clock,
    make: (id) => {
      const rest = (now: number): boolean => asked.push([id.subject, now]) > 0;
      return { id, rest, stop: () => void stopped.push(id.subject) } as unknown as EngineSession;
    },
  });
  return { sessions, asked, stopped, pass: (milliseconds: number) => (clock += milliseconds) };
}

describe('the sessions of an engine', () => {
  it('are the same for all who ask for the same, and awake once they are used', () => {
    const { sessions } = sessionsOf();
    const one = sessions.open(idOf('a'));
    expect(sessions.open(idOf('a'))).toBe(one);
    expect(sessions.open(idOf('b'))).not.toBe(one);
    expect([sessions.isAwake(idOf('a')), sessions.isAwake(idOf('nobody'))]).toEqual([false, false]);
    sessions.use(one.id);
    expect([sessions.isAwake(idOf('a')), sessions.isAwake(idOf('b'))]).toEqual([true, false]);
  });

  it('are asked to rest at the time that it is', () => {
    const { sessions, asked, pass } = sessionsOf();
    const [one, other] = [sessions.open(idOf('a')), sessions.open(idOf('b'))];
    sessions.use(one.id);
    pass(100);
    sessions.use(other.id);
    expect(asked).toEqual([['a', 1_100]]);
  });

  it('know nothing of a name that they were never asked for', () => {
    const { sessions, asked, pass } = sessionsOf();
    const one = sessions.open(idOf('a'));
    sessions.use(idOf('nobody'));
    pass(100);
    sessions.use(one.id);
    pass(100);
    sessions.use(one.id);
    expect(asked).toEqual([]);
  });

  it('are left alone once they were stopped, and are other ones after that', () => {
    const { sessions, asked, stopped, pass } = sessionsOf();
    const [one, other] = [sessions.open(idOf('a')), sessions.open(idOf('b'))];
    sessions.use(one.id);
    sessions.stop();
    expect(stopped).toEqual(['a', 'b']);
    sessions.use(other.id);
    pass(200);
    const next = sessions.open(idOf('c'));
    sessions.use(next.id);
    expect(asked).toEqual([]);
    expect(sessions.open(idOf('a'))).not.toBe(one);
    sessions.stop();
    expect(stopped).toEqual(['a', 'b', 'c', 'a']);
  });

  it('S16: one that takes the place of one that nobody holds any more stays', async () => {
    const { sessions, stopped } = sessionsOf();
    sessions.open(idOf('a'));
    await pause(1);
    collectGarbage();
    const next = sessions.open(idOf('a'));
    for (let turn = 0; turn < 5; turn += 1) {
      await pause(5);
      collectGarbage();
    }
    expect(sessions.open(idOf('a'))).toBe(next);
    sessions.stop();
    expect(stopped).toEqual(['a']);
  });

  it('S16: one that nobody holds any more is not stopped', async () => {
    const { sessions, stopped } = sessionsOf();
    const gone = new WeakRef(sessions.open(idOf('a')));
    await expect
      .poll(() => {
        collectGarbage();
        return gone.deref() === undefined;
      })
      .toBe(true);
    sessions.stop();
    expect(stopped).toEqual([]);
  });
});
