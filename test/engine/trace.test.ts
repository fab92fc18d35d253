// A recorded run: every step of the chart and every request, in order; read back as it was; without a secret.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TraceFact } from '../../index.ts';
import { arrowsOf } from '../../machines/arrows.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { readFact, readTrace } from '../../protocol/trace.ts';
import { callTool, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let trace: TraceFact[];
beforeEach(async () => {
  world = await startWorld();
  trace = [];
});
afterEach(() => world.close());

/** Login, step-up, renewal, move and sign-out. */
async function story(): Promise<void> {
  const onTrace = (fact: TraceFact): void => void trace.push(fact);
  const { session } = testEngine(world.resource, { onTrace });
  await callTool(session, 'any');
  world.needs = () => 'write';
  await callTool(session, 'any');
  world.expireAccessTokens();
  await callTool(session, 'any');
  world.moveTo('b');
  await callTool(session, 'any');
  await session.logout();
}

const ndjson = (): string => trace.map((fact) => `${JSON.stringify(fact)}\n`).join('');

describe('a trace', () => {
  it('names arrows and states of the chart, each step where the one before has ended', async () => {
    await story();
    const known = new Set(arrowsOf(authMachine).map(({ id }) => id));
    const steps = trace.flatMap((fact) => (fact.kind === 'step' ? [fact] : []));
    expect(steps[0]).toMatchObject({ event: 'start', states: ['recovering'], arrows: [] });
    expect(steps.at(-1)?.states).toEqual(['idle']);
    for (const { arrows } of steps) for (const id of arrows) expect(known).toContain(id);
    expect(new Set(steps.flatMap(({ arrows }) => arrows)).size).toBeGreaterThan(30);
    const exchange = steps.find(({ event }) => event === 'done of exchangeCode');
    expect(exchange).toMatchObject({
      arrows: [
        'authorizing.exchanging, done of exchangeCode -> authorized',
        'authorized.renewal.weighing, at once [1: isFresh] -> authorized.renewal.fresh',
      ],
      entered: ['authorized.renewal.weighing', 'authorized.stepUp.settled', 'authorized.renewal.fresh'],
      spec: ['TOK-8', 'STEP-5'],
      facts: { server: world.origins.a, bound: { issuer: world.origins.a, kind: 'dynamic' } },
    });
  });

  it('has every request with its answer, between the steps that it belongs to', async () => {
    await story();
    const requests = trace.flatMap((fact) => (fact.kind === 'request' ? [fact] : []));
    const seen = world.received.filter(({ path }) => path !== '/authorize');
    expect(requests.map(({ method, url }) => `${method} ${new URL(url).pathname}`).sort()).toEqual(
      seen.map(({ method, path }) => `${method} ${path}`).sort(),
    );
    const at = trace.findIndex((fact) => fact.kind === 'request' && fact.purpose === 'token');
    const [before, after] = [trace.slice(0, at), trace.slice(at)].map((part) =>
      part.flatMap((fact) => (fact.kind === 'step' ? [fact] : [])),
    );
    expect(before?.at(-1)?.states).toEqual(['authorizing.exchanging']);
    expect(after?.[0]?.event).toBe('done of exchangeCode');
  });

  it('is read back as it was', async () => {
    await story();
    expect(readTrace(ndjson())).toEqual({ facts: trace, skipped: 0 });
  });

  it('L01, L11: holds no secret of anybody', async () => {
    await story();
    const secrets = [
      ...world.accessTokens.keys(),
      ...world.refreshTokens.keys(),
      ...world.received.flatMap(({ form, query }) =>
        ['code', 'code_verifier', 'client_secret', 'refresh_token', 'state', 'code_challenge'].flatMap(
          (name) => [form.get(name), query.get(name)].filter((value) => value !== null),
        ),
      ),
    ];
    expect(new Set(secrets).size).toBeGreaterThan(15);
    const text = ndjson();
    for (const secret of secrets) expect(text.includes(secret), 'a secret is in the trace').toBe(false);
  });

  it('C13: a listener that throws changes nothing', async () => {
    const onTrace = (): never => {
      throw new Error('not listening');
    };
    const { session } = testEngine(world.resource, { onTrace });
    expect((await callTool(session, 'any')).status).toBe(200);
  });
});

describe('what is no trace', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['no object', '[1]'],
    ['another kind', '{"kind":"other"}'],
    ['a fact that lacks something', '{"kind":"step","at":1}'],
    ['a prototype', '{"__proto__":{"kind":"step"}}'],
    ['too long a line', `{"kind":"request","url":"${'a'.repeat(70_000)}"}`],
  ])('%s: is left out', (_what, line) => {
    expect(readFact(line)).toBeUndefined();
  });

  it('counts what it leaves out', () => {
    expect(readTrace('{}\n\nnonsense\n')).toEqual({ facts: [], skipped: 2 });
  });
});
