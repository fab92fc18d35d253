// One refresh among all processes that share a store: a lease and a journal in one record (C03, C04, C05).
import type { GrantRecord, Versioned } from '../stores/records.ts';
import { keys } from '../stores/records.ts';
import type { Tools } from './tools.ts';
import { throwIfCancelled } from './waiting.ts';

/**
 * What came of asking for the right to spend a refresh token.
 * - `held`: it is ours; call `release` once the outcome is stored, or when nothing was spent.
 * - `moved`: somebody else has renewed the grant, or it is gone.
 * - `broken off`: somebody has begun to spend it and is not heard of any more; nobody knows whether it was sent.
 *   Give the grant up first, and `release` after: as long as the intent is there, nobody else sends the token.
 */
export type Claim =
  | { readonly kind: 'held'; readonly release: () => Promise<void> }
  | { readonly kind: 'moved' }
  | { readonly kind: 'broken off'; readonly release: () => Promise<void> };

/** How often the store is looked at while a sibling is at it, in milliseconds; homes that tell are heard at once. */
const LOOK = 250;

/**
 * Asks for the right to spend the refresh token of this version of a grant, and waits while a sibling has it.
 * Time is measured by how long a record stands still, here: clocks of other machines are not looked at.
 * @throws AuthError what the store throws.
 */
export async function claim(
  tools: Tools,
  grant: { readonly key: string; readonly version: string },
  signal: AbortSignal,
): Promise<Claim> {
  const at = keys.spend(grant.key);
  let [seen, waited] = ['', 0];
  for (;;) {
    if (!(await isCurrent(tools, grant))) return { kind: 'moved' };
    const other = await tools.records.read('spend', at);
    if (!other || other.value.holder === tools.holder) {
      const mine = await take(tools, at, grant, other?.version);
      if (mine) return mine;
    } else if (other.value.grantVersion !== grant.version) {
      // Its outcome was stored: only the tidying up was not.
      await tools.records.remove(at, other.version);
    } else if (other.version === seen && waited >= tools.leaseTerm) {
      return { kind: 'broken off', release: () => tidyUp(tools, at, other.version) };
    } else {
      if (other.version !== seen) [seen, waited] = [other.version, 0];
      waited += await wait(tools, [at, grant.key], signal);
    }
  }
}

/** Writes the intent before anything is sent; and looks again, since a sibling may have finished in between. */
async function take(
  tools: Tools,
  at: string,
  grant: { readonly key: string; readonly version: string },
  expected: string | undefined,
): Promise<Claim | undefined> {
  const intent = { v: 1, holder: tools.holder, grantVersion: grant.version } as const;
  const version = await tools.records.write('spend', at, intent, expected);
  if (version === undefined) return undefined;
  const release = (): Promise<void> => tidyUp(tools, at, version);
  if (await isCurrent(tools, grant)) return { kind: 'held', release };
  await release();
  return { kind: 'moved' };
}

/** Best effort: what is left behind is its holder's to take again, and to others of a version that has passed. */
async function tidyUp({ records }: Tools, at: string, version: string): Promise<void> {
  await records.remove(at, version).catch(() => false);
}

async function isCurrent(
  { records }: Tools,
  { key, version }: { readonly key: string; readonly version: string },
): Promise<boolean> {
  return (await records.read('grant', key))?.version === version;
}

/** @returns how long was waited, in milliseconds. */
async function wait(tools: Tools, at: readonly string[], signal: AbortSignal): Promise<number> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const start = performance.now();
  const changed = tools.records.changed(at, until).then(() => performance.now() - start);
  const slept = tools.sleep(LOOK, until).then(() => LOOK);
  const waited = await Promise.race([changed, slept]);
  over.abort();
  throwIfCancelled(signal);
  return waited;
}

/** Whether this grant was given up because a refresh of it, with this token, was broken off: by whom it matters not. */
export function isGivenUp({ value }: Versioned<GrantRecord>, refreshToken: string): boolean {
  return value.refreshToken === undefined && value.superseded?.[0] === refreshToken;
}

/** A grant whose refresh token must not be sent again: it is kept for sign-out only. */
export function givenUp(grant: GrantRecord): GrantRecord {
  const { refreshToken, ...rest } = grant;
  return refreshToken === undefined
    ? grant
    : { ...rest, superseded: [refreshToken, ...(grant.superseded ?? [])] };
}
