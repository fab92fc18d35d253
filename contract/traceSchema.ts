// Judges the lines of a recorded run when they are read.
import * as z from 'zod/mini';
import type { TraceFact } from './trace.ts';

const text = z.string().check(z.maxLength(2_000));
const texts = z.array(text).check(z.maxLength(500));
const count = z.number();
const session = z.object({ resource: text, subject: text, label: text });

const kind = z.enum(['pre-registered', 'metadata-document', 'dynamic']);
const told = z.object({ code: text, phase: text, recovery: text, message: text });
const chartFacts = z.object({
  server: z.optional(text),
  passedOver: z.optional(texts),
  bound: z.optional(z.object({ issuer: text, kind })),
  client: z.optional(z.object({ issuer: text, kind })),
  grant: z.optional(
    z.object({
      issuer: text,
      requested: texts,
      granted: texts,
      expiresAt: z.optional(count),
      renewable: z.boolean(),
      isRefused: z.boolean(),
    }),
  ),
  requestedLogin: z.optional(texts),
  challenge: z.optional(z.object({ status: count, scopes: z.optional(texts) })),
  stepUp: z.optional(texts),
  pending: z.optional(z.object({ issuer: text, requested: texts, expiresAt: count })),
  budget: z.object({ authorizations: count, renewals: count, registrations: count, pauses: count }),
  failure: z.optional(told),
  refusal: z.optional(told),
});
const step = z.object({
  kind: z.literal('step'),
  at: count,
  session,
  event: text,
  arrows: texts,
  states: texts,
  entered: texts,
  spec: texts,
  facts: chartFacts,
});
const request = z.object({
  kind: z.literal('request'),
  at: count,
  session,
  purpose: text,
  method: text,
  url: text,
  status: z.optional(count),
});

/** Every line of a recorded run. */
export const traceFact: z.ZodMiniType<TraceFact> = z.discriminatedUnion('kind', [step, request]);
