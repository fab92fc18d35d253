// Reads one line of the stream to the page. Each line is checked, although it comes from this machine.
import * as z from 'zod/mini';
import type { TraceFact } from '../../contract/trace.ts';
import { readObject } from '../../protocol/json.ts';
import { readFact } from '../../protocol/trace.ts';

const text = z.string();
const texts = z.array(text);

const session = z.object({ resource: text, subject: text, label: text });

const holding = z.object({
  issuer: text,
  isCurrent: z.boolean(),
  kind: z.enum(['pre-registered', 'metadata-document', 'dynamic']),
  scopes: texts,
  grant: z.optional(z.object({ granted: texts, expiresAt: z.optional(z.number()), renewable: z.boolean() })),
});

const status = z.enum(['idle', 'busy', 'person', 'good', 'refused', 'failed']);
const action = z.object({
  id: text,
  label: text,
  hint: text,
  of: z.enum(['session', 'world']),
  nextIn: z.optional(z.array(status)),
});

/** The messages that are not facts of a run. */
const other = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('actions'), actions: z.array(action) }),
  z.object({ kind: z.literal('holdings'), session, rows: z.array(holding) }),
  z.object({ kind: z.literal('said'), at: z.number(), text, isGood: z.boolean() }),
]);

type Other = z.infer<typeof other>;

/** One line of the stream. */
export type Message = TraceFact | Other;
/** What one authorization server has of a session. */
export type Row = z.infer<typeof holding>;
/** A button. */
export type Action = z.infer<typeof action>;
/** The outcome of a button. */
export type Said = Extract<Other, { kind: 'said' }>;
/** Which session it is. */
export type SessionId = z.infer<typeof session>;

/** Reads a line. @returns nothing when it is not a message. */
export function readMessage(line: string): Message | undefined {
  return readFact(line) ?? other.safeParse(readObject(line)).data;
}
