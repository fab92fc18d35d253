// A recorded run, line by line: what may stand in it. It holds no secret by construction.
import * as z from 'zod/mini';

const text = z.string().check(z.maxLength(2_000));
const texts = z.array(text).check(z.maxLength(500));
const count = z.number();

/** Whose run it is. */
const session = z.object({ resource: text, subject: text, label: text });

const kind = z.enum(['pre-registered', 'metadata-document', 'dynamic']);
const told = z.object({ code: text, phase: text, recovery: text, message: text });

/** What may be told of where a chart is: issuers, scopes, times and counts. Times are epoch milliseconds. */
const chartFacts = z.object({
  /** The authorization server that the flow speaks to, or looks at. */
  server: z.optional(text),
  passedOver: z.optional(texts),
  /** The server that the resource is bound to, and how the client is known there. */
  bound: z.optional(z.object({ issuer: text, kind })),
  /** How the client is known at the server of the flow. */
  client: z.optional(z.object({ issuer: text, kind })),
  grant: z.optional(
    z.object({
      issuer: text,
      requested: texts,
      granted: texts,
      expiresAt: z.optional(count),
      renewable: z.boolean(),
      /** The resource has answered it with 401. */
      isRefused: z.boolean(),
    }),
  ),
  /** What somebody asked for. */
  requestedLogin: z.optional(texts),
  challenge: z.optional(z.object({ status: count, scopes: z.optional(texts) })),
  stepUp: z.optional(texts),
  pending: z.optional(z.object({ issuer: text, requested: texts, expiresAt: count })),
  budget: z.object({ authorizations: count, renewals: count, registrations: count, pauses: count }),
  failure: z.optional(told),
  refusal: z.optional(told),
});

/** One step of a chart: one event, and everything that it led to at once. */
const step = z.object({
  kind: z.literal('step'),
  /** Epoch milliseconds. */
  at: count,
  session,
  /** `start`, `user.login`, `done of exchangeCode`. */
  event: text,
  /** Ids of the arrows that were taken, in order. */
  arrows: texts,
  /** The innermost states that are active after it. */
  states: texts,
  /** States that were entered on the way, also those that were left again at once. */
  entered: texts,
  /** Ids of the requirements that these serve. */
  spec: texts,
  facts: chartFacts,
});

/** One request and its answer: no header, no body, no query. */
const request = z.object({
  kind: z.literal('request'),
  at: count,
  session,
  purpose: text,
  method: text,
  /** Origin and path. */
  url: text,
  /** Absent when no answer came. */
  status: z.optional(count),
});

/** Every line of a recorded run. */
export const traceFact = z.discriminatedUnion('kind', [step, request]);

/** What a recorded step tells of where the chart was then. It holds no secret. */
export type ChartFacts = z.infer<typeof chartFacts>;
/** One recorded step of a chart: what it heard, which arrows it took, and where it stands. */
export type StepFact = z.infer<typeof step>;
/** One recorded request: whose, what for, where to, and the status of its answer. */
export type RequestFact = z.infer<typeof request>;
/** One line of a recorded run: what `onTrace` is told, and what a trace file holds. */
export type TraceFact = z.infer<typeof traceFact>;
