// Where the spans and metrics of a replica go: to a collector by OTLP, or to its output. The environment decides.
import { randomUUID } from 'node:crypto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, ConsoleSpanExporter } from '@opentelemetry/sdk-trace-base';
import { openTelemetry, type Telemetry } from '../../adapters/otel.ts';

/** What a replica does with it. */
export interface ReplicaTelemetry {
  readonly onTrace: Telemetry['onTrace'];
  /** Sends what is left. Call it after the engine is disposed. */
  close(): Promise<void>;
}

/**
 * `OTEL_EXPORTER_OTLP_ENDPOINT` (http://127.0.0.1:4318) names a collector. `TELEMETRY=console` prints instead.
 * @returns nothing when the environment has neither.
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function telemetryOf(env: Readonly<Record<string, string | undefined>>): ReplicaTelemetry | undefined {
  const toConsole = env['TELEMETRY'] === 'console';
  if (!toConsole && !env['OTEL_EXPORTER_OTLP_ENDPOINT']) return undefined;
  // Both exporters of OTLP read the environment themselves: the address, headers, and time limits.
  const spans = toConsole ? new ConsoleSpanExporter() : new OTLPTraceExporter();
  const points = toConsole ? new ConsoleMetricExporter() : new OTLPMetricExporter();
  // Each replica is told from the others: Prometheus has these as `job` and `instance`.
  const names = {
    'service.name': env['OTEL_SERVICE_NAME'] ?? 'gateway',
    'service.instance.id': randomUUID(),
  };
  const resource = defaultResource().merge(resourceFromAttributes(names));
  const spanProcessors = [new BatchSpanProcessor(spans)];
  const tracerProvider = new BasicTracerProvider({ resource, spanProcessors });
  const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 15_000 });
  const meterProvider = new MeterProvider({ resource, readers: [reader] });
  const { onTrace, end } = openTelemetry({ tracerProvider, meterProvider });
  return {
    onTrace,
    async close() {
      end();
      await Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()]);
    },
  };
}
