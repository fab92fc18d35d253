// The board of the gateway: what it asks Prometheus for is what `authchart/otel` makes, by the names that OTLP gives it there.
import { readFile } from 'node:fs/promises';
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { openTelemetry } from '../../adapters/otel.ts';
import { testEngine } from '../support/engine.ts';
import { startWorld } from '../support/world.ts';

const panelSchema = z.object({
  type: z.enum(['row', 'timeseries', 'stat']),
  title: z.string(),
  description: z.string(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  datasource: z.object({ type: z.literal('prometheus'), uid: z.literal('$' + '{datasource}') }),
  targets: z.array(z.object({ refId: z.string(), expr: z.string() })),
});
const board = z
  .object({
    schemaVersion: z.number(),
    templating: z.object({
      list: z.array(z.object({ name: z.string(), type: z.string(), query: z.unknown() })),
    }),
    panels: z.array(panelSchema),
  })
  .parse(JSON.parse(await readFile(new URL('../../examples/gateway/grafana.json', import.meta.url), 'utf8')));
const queries = board.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => [title, expr] as const),
);

/** What is made, by its name at Prometheus, with its labels. */
const made = new Map<string, Set<string>>();

/** @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ */
function namesOf({ descriptor, dataPointType }: MetricData): readonly string[] {
  const base = descriptor.name.replaceAll('.', '_');
  const name = descriptor.unit === 's' ? `${base}_seconds` : base;
  if (dataPointType === DataPointType.HISTOGRAM)
    return ['bucket', 'count', 'sum'].map((part) => `${name}_${part}`);
  return [
    dataPointType === DataPointType.SUM && descriptor.name.endsWith('requests') ? `${name}_total` : name,
  ];
}

beforeAll(async () => {
  const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });
  const world = await startWorld();
  const { onTrace } = openTelemetry({ meterProvider: new MeterProvider({ readers: [reader] }) });
  const { engine, session } = testEngine(world.resource, { onTrace });
  await session.login();
  // One that fails, too, and one that cannot be reached: all labels are seen.
  world.script('a POST /token', () => ({ status: 400, body: { error: 'invalid_request' } }));
  world.expireAccessTokens();
  await session.fetch(world.resource, { method: 'POST', body: '{}' });
  world.script('a POST /token', () => ({ cut: true }));
  await session.login().catch(() => {});
  await reader.forceFlush();
  for (const metric of points
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics)))
    for (const name of namesOf(metric)) {
      const labels =
        made.get(name) ?? new Set(['job', 'instance', ...(name.endsWith('_bucket') ? ['le'] : [])]);
      for (const { attributes } of metric.dataPoints)
        for (const key of Object.keys(attributes)) labels.add(key.replaceAll('.', '_'));
      made.set(name, labels);
    }
  await engine.dispose();
  await reader.shutdown();
  await world.close();
});
afterAll(() => made.clear());

const metricsIn = (query: string): readonly string[] => query.match(/\bauthchart_[a-z_]+(?=\{)/g) ?? [];
const labelsIn = (query: string): readonly string[] =>
  [...query.matchAll(/\bby \(([^)]*)\)|([a-z_]+)(?==~|!?=")/g)].flatMap(
    ([, by, label]) => by?.split(', ') ?? label ?? [],
  );

describe('examples/gateway/grafana.json', () => {
  it('asks for metrics that authchart/otel makes, each by its labels', () => {
    expect(queries.length).toBeGreaterThan(10);
    for (const [title, query] of queries) {
      const metrics = metricsIn(query);
      expect(metrics, title).not.toEqual([]);
      for (const metric of metrics) {
        expect([...made.keys()], title).toContain(metric);
        for (const label of labelsIn(query)) expect([...(made.get(metric) ?? [])], title).toContain(label);
      }
    }
  });

  it('shows every metric that there is', () => {
    const asked = new Set(queries.flatMap(([, query]) => metricsIn(query)));
    const families = (names: Iterable<string>) =>
      new Set([...names].map((name) => name.replace(/_(bucket|count|sum)$/, '')));
    expect(families(asked)).toEqual(families(made.keys()));
  });

  it('says of each panel in a sentence what it shows, and lays none over another', () => {
    for (const { title, description } of board.panels) expect(description, title).toMatch(/^[A-Z].{30,}\.$/);
    const cells = board.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('takes the data source from a variable', () => {
    expect(board.templating.list.map(({ name, type }) => [name, type])).toContainEqual([
      'datasource',
      'datasource',
    ]);
    for (const { query } of board.templating.list.filter(({ type }) => type === 'query'))
      expect([...made.keys()]).toContain(/authchart_[a-z_]+/.exec(JSON.stringify(query))?.[0]);
  });
});
