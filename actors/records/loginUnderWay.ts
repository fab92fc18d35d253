// A session has one login under way, whichever engine began it (C06).
import { includesAll } from '../../protocol/scopes.ts';
import { type ClientRecord, type Key, keys, type PendingRecord } from '../../stores/records.ts';
import type { Act, Tools } from '../tools/tools.ts';

type Input = Parameters<ReturnType<Act<'prepareAuthorization'>>>[0];

/** A pending authorization request, by its key in the store. */
export interface Request {
  readonly key: Key<'pending'>;
  readonly record: PendingRecord;
}

/** The request that a session has under way, and which engine made it. */
interface Current extends Request {
  readonly holder: string | undefined;
}

/**
 * Makes this request the one that is under way; unless one is that serves as well, which goes on then. Any other can no
 * longer be answered.
 */
export async function makeCurrent(tools: Tools, input: Input, made: Request): Promise<Current> {
  const { records, holder } = tools;
  const at = keys.login(input.session);
  // Who loses the race looks again, and finds the winner's.
  for (;;) {
    const login = await records.read(at);
    const before = login && (await currentOf(tools, login.value));
    if (before && serves(before, input, tools)) return before;
    const ours = { v: 1, pendingKey: made.key, holder } as const;
    if ((await records.write(at, ours, login)) === undefined) continue;
    if (login) await records.forget(login.value.pendingKey);
    return { ...made, holder };
  }
}

async function currentOf(
  { records }: Tools,
  { pendingKey, holder }: { readonly pendingKey: Key<'pending'>; readonly holder?: string | undefined },
): Promise<Current | undefined> {
  const pending = await records.read(pendingKey);
  return pending && { key: pendingKey, record: pending.value, holder };
}

/** Whether a request is still open, and brings all that is asked for now, at this server. */
function serves({ record, holder }: Current, input: Input, tools: Tools): boolean {
  return (
    record.response === undefined &&
    record.spent === undefined &&
    record.expiresAt > tools.now() &&
    record.server.issuer === input.server.issuer &&
    isFor(record.client, input.registration, holder === tools.holder) &&
    record.resource === input.resource &&
    includesAll(record.requested, input.scopes)
  );
}

/**
 * Siblings on ports of their own have a client each, and a request is finished with the client that it was made for.
 * Of ours, another client is one that its server has forgotten.
 */
function isFor(client: ClientRecord, { clientId, kind }: Input['registration'], isOurs: boolean): boolean {
  return client.clientId === clientId || (!isOurs && client.kind === 'dynamic' && kind === 'dynamic');
}
