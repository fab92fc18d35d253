// `authchart/otel` with the SDK of OpenTelemetry: what an operator gets to see of logins, renewals and failures.
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OtelOptions, openTelemetry, type Telemetry } from '../../adapters/otel.ts';
import type { EngineOptions, Session } from '../../index.ts';
import { settled, type TestEngine, testEngine, testHost } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let spans: InMemorySpanExporter;
let points: InMemoryMetricExporter;
let reader: PeriodicExportingMetricReader;
let telemetry: Telemetry;
let started: TestEngine | undefined;

beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  await started?.engine.dispose();
  await reader.shutdown();
  await world.close();
});

function start(options: Partial<EngineOptions> = {}, otel: OtelOptions = {}): Session {
  spans = new InMemorySpanExporter();
  points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
  telemetry = openTelemetry({
    tracerProvider: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
    meterProvider: new MeterProvider({ readers: [reader] }),
    ...otel,
  });
  started = testEngine(world.resource, { ...options, onTrace: telemetry.onTrace });
  return started.engine.session({ resource: world.resource, subject: 'user-4711' });
}

const named = (name: string): readonly ReadableSpan[] =>
  spans.getFinishedSpans().filter((span) => span.name === `authchart ${name}`);

const post = (session: Session) => session.fetch(world.resource, { method: 'POST', body: '{}' });

/** Sums of a counter, or counts of a histogram, by one attribute. */
async function metric(name: string, by: string): Promise<Readonly<Record<string, number>>> {
  await reader.forceFlush();
  const all =
    points
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
  const sums: Record<string, number> = {};
  for (const { attributes, value } of all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ??
    []) {
    const key = String(attributes[by]);
    sums[key] = (sums[key] ?? 0) + (typeof value === 'number' ? value : (value as { count: number }).count);
  }
  return sums;
}

describe('spans', () => {
  it('HOST-1: one for a login, with its states and requests, and none for a call with a token in hand', async () => {
    const session = start();
    await post(session);
    for (let calls = 0; calls < 5; calls += 1) await post(session);
    const [login, ...more] = named('login');
    expect(more).toEqual([]);
    expect(login?.attributes).toMatchObject({
      'authchart.resource': world.resource,
      'authchart.issuer': world.origins.a,
      'authchart.flow': 'login',
      'authchart.outcome': 'authorized',
    });
    const events = login?.events.map(({ name, attributes }) => attributes?.['authchart.purpose'] ?? name);
    expect(events).toContain('authorizing.awaitingUser');
    expect(events).toContain('token');
    expect(login?.status.code).toBe(0);
  });

  it('one for a renewal, and one for a sign-out', async () => {
    const session = start();
    await session.login();
    world.expireAccessTokens();
    await post(session);
    await session.logout();
    expect([named('renewal').length, named('sign_out').length]).toEqual([1, 1]);
  });

  it('say what went wrong by its code', async () => {
    world.script('a POST /token', () => ({ status: 400, body: { error: 'invalid_request' } }));
    const session = start();
    await session.login().catch(() => {});
    const [login] = named('login');
    expect(login?.status).toMatchObject({ code: 2, message: 'token_refused' });
    expect(login?.attributes).toMatchObject({ 'authchart.outcome': 'failed', 'error.type': 'token_refused' });
  });

  it('L05: hold no secret, and say whose session it is only when they are told to', async () => {
    const session = start();
    await session.login();
    const text = () =>
      JSON.stringify(spans.getFinishedSpans().map(({ attributes, events }) => [attributes, events]));
    const secrets = [...world.accessTokens.keys(), ...world.refreshTokens.keys()];
    expect(secrets.length).toBeGreaterThan(1);
    for (const secret of [...secrets, 'user-4711', 'code=', 'state=']) expect(text()).not.toContain(secret);
    await started?.engine.dispose();
    await start({}, { withSubject: true }).login();
    expect(named('login')[0]?.attributes).toMatchObject({ 'authchart.subject': 'user-4711' });
  });

  it('L05: hold no query of the resource, which may be a key', async () => {
    const resource = `${world.addResource('/mcp', 'a')}?api_key=hush`;
    world.documents.resource['resource'] = resource;
    start();
    await started?.engine
      .session({ resource })
      .login()
      .catch(() => {});
    expect(spans.getFinishedSpans().length).toBeGreaterThan(0);
    expect(
      JSON.stringify(spans.getFinishedSpans().map(({ attributes, events }) => [attributes, events])),
    ).not.toContain('hush');
  });

  it('never end before they began, though the clock goes back', async () => {
    let now = Date.now();
    const session = start({ now: () => (now -= 1_000) });
    await session.login().catch(() => {});
    for (const { startTime, endTime } of spans.getFinishedSpans())
      expect(endTime[0] - startTime[0]).toBeGreaterThanOrEqual(0);
    expect(spans.getFinishedSpans().length).toBeGreaterThan(0);
  });

  it('of what is still under way end when they are told to', async () => {
    const host = testHost();
    const session = start({ userAgent: host.userAgent });
    session.login().catch(() => {});
    await expect.poll(() => host.presented.length).toBe(1);
    expect(named('login')).toEqual([]);
    telemetry.end();
    expect(named('login')[0]?.attributes).toMatchObject({ 'authchart.outcome': 'abandoned' });
  });
});

describe('metrics', () => {
  it('have bounds for durations in seconds: most renewals take less than one', async () => {
    const session = start();
    await session.login();
    await reader.forceFlush();
    const metrics =
      points
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((one) => one.metrics) ?? [];
    const duration = metrics.find(({ descriptor }) => descriptor.name === 'authchart.flow.duration');
    const value = duration?.dataPoints[0]?.value as Partial<Histogram> | undefined;
    const bounds = value?.buckets?.boundaries ?? [];
    expect(bounds.filter((bound) => bound < 1).length).toBeGreaterThan(5);
    expect(bounds.at(-1)).toBe(600);
  });

  it('count requests by what they are for, and flows by how they ended', async () => {
    const session = start();
    await post(session);
    world.expireAccessTokens();
    await post(session);
    await settled(session);
    expect(await metric('authchart.requests', 'authchart.purpose')).toMatchObject({ token: 2, resource: 4 });
    expect(await metric('authchart.requests', 'http.response.status_code')).toMatchObject({ 401: 2 });
    expect(await metric('authchart.flow.duration', 'authchart.flow')).toMatchObject({ login: 1, renewal: 1 });
    expect(await metric('authchart.flows.active', 'none')).toEqual({ undefined: 0 });
  });

  it('count what no answer came to', async () => {
    world.script('a POST /token', () => ({ cut: true }));
    const session = start();
    await session.login().catch(() => {});
    expect((await metric('authchart.requests', 'error.type'))['unreachable']).toBeGreaterThan(0);
  });
});

describe('requests to the resource', () => {
  const unanswered = async () => (await metric('authchart.requests', 'error.type'))['unreachable'] ?? 0;

  it.each([
    ['with a token in hand', true],
    ['without one', false],
  ])('are counted where it cannot be reached, %s', async (_what, isLoggedIn) => {
    const session = start();
    if (isLoggedIn) await session.login();
    await settled(session);
    const before = await unanswered();
    world.script('resource POST /mcp', () => ({ cut: true }));
    await expect(post(session)).rejects.toThrow();
    expect((await unanswered()) - before).toBe(1);
    const { steps } = session.explain();
    expect(steps.at(-1)).toMatchObject({ kind: 'request', purpose: 'resource', url: world.resource });
    expect(steps.at(-1)).not.toHaveProperty('status');
  });

  it('are not counted as unreachable where the caller ended them', async () => {
    const session = start();
    await session.login();
    const before = await unanswered();
    const ending = new AbortController();
    world.script('resource POST /mcp', () => {
      ending.abort(new Error('enough'));
      return { cut: true };
    });
    const { signal } = ending;
    await expect(session.fetch(world.resource, { method: 'POST', body: '{}', signal })).rejects.toThrow(
      'enough',
    );
    expect(await unanswered()).toBe(before);
  });
});

describe('options', () => {
  it('HOST-2: are judged, and may all be left out', () => {
    expect(() => openTelemetry({ tracerProvider: {} as never })).toThrow('tracerProvider.getTracer must be');
    expect(() => openTelemetry({ withSubjects: true } as never)).toThrow('withSubjects');
    expect(openTelemetry().onTrace).toBeTypeOf('function');
  });
});
