// What a tracer tells of one session: each step of its chart, each request, when that was, and whose it is.
import { describe, expect, it } from 'vitest';
import { createActor, waitFor } from 'xstate';
import { chartFacts } from '../../engine/chartFacts.ts';
import { Tracer } from '../../engine/trace.ts';
import { createAuthEngine, type TraceFact } from '../../index.ts';
import { testHost } from '../support/engine.ts';

const resource = 'https://mcp.example';
const session = { resource, subject: '', label: '' };

/** A chart that has looked for its records, and was told to log in where nobody answers. */
async function run(tell: (fact: TraceFact) => void) {
  const { machine } = createAuthEngine({
    client: { name: 'tests' },
    userAgent: testHost().userAgent,
    fetch: () => Promise.reject(new Error('nobody answers')),
  });
  const tracer = new Tracer({ session, now: () => 7, tell });
  const actor = createActor(machine, { input: { resource }, inspect: (event) => tracer.inspect(event) });
  actor.start();
  await waitFor(actor, (snapshot) => snapshot.matches('idle'));
  actor.send({ type: 'user.login' });
  return waitFor(actor, (snapshot) => !snapshot.hasTag('busy'));
}

describe('a tracer', () => {
  it('tells of each step once: what happened, the arrows, the states, and what these serve', async () => {
    const facts: TraceFact[] = [];
    const { context } = await run((fact) => void facts.push(fact));
    const steps = facts.flatMap((fact) => (fact.kind === 'step' ? [fact] : []));
    expect(steps).toHaveLength(facts.length);
    expect(steps.map(({ facts: _, ...step }) => step)).toStrictEqual([
      {
        kind: 'step',
        at: 7,
        session,
        event: 'start',
        arrows: [],
        states: ['recovering'],
        entered: ['recovering'],
        spec: ['AUTHZ-10', 'STEP-2', 'BIND-1'],
      },
      {
        kind: 'step',
        at: 7,
        session,
        event: 'done of recallSession',
        arrows: ['recovering, done of recallSession [5: otherwise] -> idle'],
        states: ['idle'],
        entered: ['idle'],
        spec: ['AUTHZ-11', 'TOK-13'],
      },
      {
        kind: 'step',
        at: 7,
        session,
        event: 'user.login',
        arrows: [
          'idle, user.login -> discovering',
          'discovering.reading, at once [1: otherwise] -> discovering.probing',
        ],
        states: ['discovering.probing'],
        entered: ['discovering.reading', 'discovering.probing'],
        spec: ['DISC-2'],
      },
      {
        kind: 'step',
        at: 7,
        session,
        event: 'error of probeResource',
        arrows: [
          'discovering.probing, error of probeResource -> failed',
          'failed.sorting, at once [3: isRetryLater] -> failed.coolingDown',
        ],
        states: ['failed.coolingDown'],
        entered: ['failed.sorting', 'failed.coolingDown'],
        spec: ['STEP-5', 'TOK-7', 'TOK-13'],
      },
    ]);
    expect(steps.at(-1)?.facts).toStrictEqual(chartFacts(context));
  });

  it('tells of each request, with the time and the session', () => {
    const facts: TraceFact[] = [];
    const tracer = new Tracer({ session, now: () => 7, tell: (fact) => void facts.push(fact) });
    tracer.request({ purpose: 'token', method: 'POST', url: 'https://a.example/token', status: 200 });
    expect(facts).toStrictEqual([
      {
        kind: 'request',
        at: 7,
        session,
        purpose: 'token',
        method: 'POST',
        url: 'https://a.example/token',
        status: 200,
      },
    ]);
  });

  it('C13: changes nothing where whoever is told throws', async () => {
    const { context } = await run(() => {
      throw new Error('not listening');
    });
    expect(context.failure?.code).toBe('unreachable');
  });
});
