// Spans and metrics of what an engine's sessions do, by the API of OpenTelemetry. They hold no secret: see contract/trace.ts.
import {
  type Attributes,
  type MeterProvider,
  metrics,
  type Span,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { SessionId } from '../../contract/facts.ts';
import type { RequestFact, StepFact, TraceFact } from '../../contract/trace.ts';
import { implementation, object, optional, type Shape } from '../../protocol/options.ts';
import { callback, flag } from '../../protocol/optionValues.ts';
import { errorOf, isUnderWay, kindOf, type Outcome, outcomeOf } from './flows.ts';

/** What `openTelemetry` may be told. */
export interface OtelOptions {
  /** Where spans go. Default: the global one of `@opentelemetry/api`. */
  readonly tracerProvider?: TracerProvider;
  /** Where metrics go. Default: the global one. */
  readonly meterProvider?: MeterProvider;
  /** Spans say whose session it is (`authchart.subject`). That may be personal data. Default: false. */
  readonly withSubject?: boolean;
}

/** What to give to an engine. */
export interface Telemetry {
  /** The option `onTrace` of the engine. */
  readonly onTrace: (fact: TraceFact) => void;
  /** Ends the spans of what is still under way. Call it after the engine is disposed. */
  end(): void;
}

const NAME = 'authchart';

interface Flow {
  readonly span: Span;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly entered: Set<string>;
  lastAt: number;
}

const shape: Shape<OtelOptions> = {
  tracerProvider: optional(implementation({ getTracer: callback })),
  meterProvider: optional(implementation({ getMeter: callback })),
  withSubject: optional(flag),
};

/**
 * One span for each thing that a session does (a login, a renewal, a step-up, a sign-out), with its states and requests as
 * events, and metrics of how many there are and how they end. Make one for each engine. `docs/guides/observability.md` lists the names.
 * @throws AuthError `config_invalid`
 * @example
 * ```ts
 * import { createAuthEngine } from 'authchart';
 * import { openTelemetry } from 'authchart/otel';
 *
 * const { onTrace } = openTelemetry();
 * export const observed = createAuthEngine({ client: { name: 'Gateway' }, userAgent, onTrace });
 * ```
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export function openTelemetry(options: OtelOptions = {}): Telemetry {
  object(shape)(options, '');
  const tracer = (options.tracerProvider ?? trace).getTracer(NAME);
  const record = instruments((options.meterProvider ?? metrics).getMeter(NAME));
  const flows = new Map<string, Flow>();

  function begin(session: SessionId, at: number): Flow {
    const attributes = aboutSession(session, options.withSubject === true);
    const span = tracer.startSpan(NAME, { startTime: at, attributes });
    const flow: Flow = { span, startedAt: at, entered: new Set(), lastAt: at };
    flows.set(keyOf(session), flow);
    record.active.add(1);
    return flow;
  }

  function end({ span, startedAt, entered, lastAt }: Flow, outcome: Outcome, error?: string): void {
    const kind = kindOf(entered);
    record.active.add(-1);
    const ended = {
      'authchart.flow': kind,
      'authchart.outcome': outcome,
      ...(error && { 'error.type': error }),
    };
    span.updateName(`${NAME} ${kind}`);
    span.setAttributes(ended);
    if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    span.end(lastAt);
    record.duration.record((lastAt - startedAt) / 1000, ended);
  }

  function step(fact: StepFact): void {
    const key = keyOf(fact.session);
    const known = flows.get(key);
    const goesOn = isUnderWay(fact.states);
    if (!known && !goesOn) return;
    const flow = known ?? begin(fact.session, fact.at);
    // A clock may go back.
    flow.lastAt = Math.max(flow.lastAt, fact.at);
    for (const state of fact.entered) {
      flow.entered.add(state);
      flow.span.addEvent(state, { 'authchart.event': fact.event }, fact.at);
    }
    if (fact.facts.server) flow.span.setAttribute('authchart.issuer', fact.facts.server);
    if (goesOn) return;
    flows.delete(key);
    end(flow, outcomeOf(fact), errorOf(fact.facts));
  }

  function request(fact: RequestFact): void {
    const attributes = aboutRequest(fact);
    record.requests.add(1, attributes);
    const flow = flows.get(keyOf(fact.session));
    flow?.span.addEvent('request', { ...attributes, 'url.full': fact.url }, fact.at);
  }

  return {
    onTrace: (fact) => (fact.kind === 'step' ? step(fact) : request(fact)),
    end() {
      for (const flow of flows.values()) end(flow, 'abandoned');
      flows.clear();
    },
  };
}

/** Bounds in seconds: from a renewal nearby to a person who takes minutes. The SDK's own are made for milliseconds. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600];

function instruments(meter: ReturnType<MeterProvider['getMeter']>) {
  return {
    requests: meter.createCounter('authchart.requests', {
      unit: '{request}',
      description: 'Requests of engines, by what they are for and how they were answered.',
    }),
    active: meter.createUpDownCounter('authchart.flows.active', {
      unit: '{flow}',
      description: 'What is under way: logins, renewals, step-ups, sign-outs.',
    }),
    duration: meter.createHistogram('authchart.flow.duration', {
      unit: 's',
      description: 'How long these took, with the time of the person, and how they ended.',
      advice: { explicitBucketBoundaries: DURATIONS },
    }),
  };
}

const keyOf = ({ resource, subject, label }: SessionId): string => JSON.stringify([resource, subject, label]);

function aboutSession({ resource, subject, label }: SessionId, withSubject: boolean): Attributes {
  const person = {
    ...(subject && { 'authchart.subject': subject }),
    ...(label && { 'authchart.label': label }),
  };
  // A query may hold a key.
  const { origin, pathname } = new URL(resource);
  return { 'authchart.resource': origin + pathname, ...(withSubject && person) };
}

/** @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/http/ */
function aboutRequest({ purpose, method, status }: RequestFact): Attributes {
  const answered =
    status === undefined ? { 'error.type': 'unreachable' } : { 'http.response.status_code': status };
  return { 'authchart.purpose': purpose, 'http.request.method': method, ...answered };
}
