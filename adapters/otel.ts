// Public surface of `authchart/otel`: spans and metrics of an engine, for OpenTelemetry.
export { type OtelOptions, openTelemetry, type Telemetry } from './otel/openTelemetry.ts';
