// What an observer notes of one session, in the order in which it happens, and who hears of it.
import { describe, expect, it } from 'vitest';
import { createActor, waitFor } from 'xstate';
import { Observer, type Progress } from '../../engine/observe.ts';
import { allStates } from '../../engine/states.ts';
import { Tracer } from '../../engine/trace.ts';
import { createAuthEngine, type TraceFact } from '../../index.ts';
import { testHost } from '../support/engine.ts';

const resource = 'https://mcp.example';
const session = { resource, subject: '', label: '' };
const request = { purpose: 'probe', method: 'GET', url: resource, status: 401 } as const;

describe('an observer', () => {
  it('L04: notes each state that a chart enters, also those that it leaves at once', async () => {
    const { machine } = createAuthEngine({ client: { name: 'tests' }, userAgent: testHost().userAgent });
    const told: Progress[] = [];
    const traced: TraceFact[] = [];
    const tracer = new Tracer({ session, now: () => 0, tell: (fact) => void traced.push(fact) });
    const observer = new Observer(session, (line) => void told.push(line), tracer);
    const inspect = observer.inspect.bind(observer);
    const actor = createActor(machine, { input: { resource }, inspect }).start();
    await waitFor(actor, (snapshot) => snapshot.matches('idle'));
    actor.send({ type: 'user.login' });
    actor.stop();
    const names = ['recovering', 'idle', 'discovering.reading', 'discovering.probing'];
    expect(told.slice(0, names.length)).toStrictEqual(
      names.map((name) => {
        const { description, spec } = allStates.get(name) ?? expect.unreachable();
        return { kind: 'state', session, state: name, description, spec };
      }),
    );
    expect(observer.history).toStrictEqual(told);
    expect(traced.flatMap((fact) => (fact.kind === 'step' ? fact.entered : []))).toEqual(
      told.map((line) => line.kind === 'state' && line.state),
    );
  });

  it('L04: notes requests, which its tracer hears of, and registrations', () => {
    const traced: TraceFact[] = [];
    const tracer = new Tracer({ session, now: () => 7, tell: (fact) => void traced.push(fact) });
    const observer = new Observer(session, () => {}, tracer);
    const one = { number: 1, changed: null, sent: {} as never, status: 400, said: 'no' };
    observer.request(request);
    observer.registration(one);
    expect(observer.history).toStrictEqual([
      { kind: 'request', session, ...request },
      { kind: 'registration', session, ...one },
    ]);
    expect(traced).toStrictEqual([{ kind: 'request', at: 7, session, ...request }]);
  });

  it('L04: each request has its line, also where it is answered as the one before', () => {
    const observer = new Observer(session, () => {});
    const { status: _, ...unanswered } = request;
    const others = [
      { method: 'POST' },
      { url: `${resource}/a` },
      { purpose: 'token' },
      { status: 200 },
    ] as const;
    const made = [
      request,
      request,
      ...others.flatMap((other) => [{ ...request, ...other }, request]),
      unanswered,
    ];
    for (const one of made) observer.request(one);
    expect(observer.history).toStrictEqual(made.map((one) => ({ kind: 'request', session, ...one })));
  });

  it('L04: keeps the last two hundred lines', () => {
    const observer = new Observer(session, () => {});
    for (let status = 0; status < 200; status += 1) observer.request({ ...request, status });
    expect(observer.history).toHaveLength(200);
    observer.request({ ...request, status: 200 });
    expect(observer.history).toHaveLength(200);
    expect([observer.history[0], observer.history.at(-1)]).toMatchObject([{ status: 1 }, { status: 200 }]);
  });
});
