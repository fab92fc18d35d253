// One refresh, or registration, among all processes that share a store: a lease and a journal in one record (C03, C04, C05, R13).
import type { SessionId } from '../../contract/facts.ts';
import { judgeSpending } from '../../protocol/spending.ts';
import { kindOf } from '../../stores/recordKeys.ts';
import { type Key, RACES, refuseConflict, type SpendRecord, type Versioned } from '../../stores/records.ts';
import { despiteOutage, keepTrying, nowOrLater } from '../tools/keepTrying.ts';
import type { Tools } from '../tools/tools.ts';
import { untilEither } from '../tools/waiting.ts';
import { waitForChange } from './waitForChange.ts';

/** What only one may do at a time. */
export interface Spending {
  readonly session: SessionId;
  /** Key of the intent: see `keys.spend`. */
  readonly at: Key<'spend'>;
  /** The record that is replaced, and its version when it was read; empty where there was none. */
  readonly key: Key<'grant' | 'registration' | 'login'>;
  readonly version: string;
  /** Its version now. */
  readonly current: () => Promise<string>;
  /** How long a sibling may be at it before it counts as gone, in milliseconds. Default: as long as its requests may take. */
  readonly patience?: number;
  /** How often the store is looked at meanwhile, in milliseconds. */
  readonly look?: number;
}

/**
 * What came of asking for the right to do it.
 * - `held`: it is ours; call `release` once the outcome is stored, or when nothing was spent.
 * - `moved`: somebody else has done it, or the record is gone.
 * - `broken off`: somebody has begun and is not heard of any more; nobody knows what was sent.
 *   Give up a token first, and `release` after: as long as the intent is there, nobody else sends it.
 */
export type Claim =
  | { readonly kind: 'held'; readonly release: () => Promise<void> }
  | { readonly kind: 'moved' }
  | {
      readonly kind: 'broken off';
      readonly release: () => Promise<void>;
      /** The same for who asks again then: it fails where the store does, else they would find it again without end. */
      readonly remove: () => Promise<unknown>;
    };

/** How often the store is looked at while a sibling is at it, in milliseconds; homes that tell are heard at once. */
const LOOK = 250;

/** A wait of so many milliseconds is told: until then nobody wonders. */
const SAID_AFTER = 1_000;

/** What replaces a record. */
function workOn(key: Spending['key']): Parameters<Tools['tellWaiting']>[1] {
  const of = kindOf(key);
  return of === 'grant' ? 'renewal' : of === 'registration' ? 'registration' : 'login';
}

/**
 * Asks for the right to replace this version of a record, and waits while a sibling has it: until the signal, or until the
 * engine is disposed of.
 * @throws AuthError `store_conflict` after races that were lost one after the other; what the store throws.
 */
export async function claim(tools: Tools, what: Spending, signal: AbortSignal): Promise<Claim> {
  const { at, patience = tools.leaseTerm, look = LOOK } = what;
  let [seen, still, told] = ['', 0, ''];
  for (let race = 0; race < RACES; race += 1) {
    const { isCurrent, other } = await (seen === ''
      ? lookFirst(tools, what)
      : despiteOutage(tools, () => lookAt(tools, what), signal));
    const found = other?.version ?? '';
    if (found !== seen) [seen, still] = [found, tools.standstills.of(at, found)];
    const intent = other && {
      isOurs: other.value.holder === tools.holder,
      isForThisVersion: other.value.version === what.version,
      isOfEnded: tools.isGone(other.value.holder),
      still,
    };
    const verdict = judgeSpending({ isCurrent, intent, leaseTerm: patience });
    if (verdict === 'leave' || verdict === 'take') tools.standstills.forget(at);
    switch (verdict) {
      case 'leave':
        return { kind: 'moved' };
      case 'take': {
        const mine = await take(tools, what, other);
        if (mine) return mine;
        break;
      }
      case 'tidy':
        await tools.records.remove(at, seen);
        break;
      case 'break off':
        return {
          kind: 'broken off',
          release: () => {
            tools.standstills.forget(at);
            return tidyUp(tools, at, seen);
          },
          remove: () => tools.records.remove(at, seen),
        };
      case 'wait':
        still += await untilEither(signal, tools.closing, (until) =>
          waitForChange(tools, seenBy(what, seen), look, until),
        );
        tools.standstills.note(at, seen, still);
        if (still >= SAID_AFTER && told !== seen) {
          told = seen;
          tools.tellWaiting(what.session, workOn(what.key), patience);
        }
        race = -1;
    }
  }
  return refuseConflict();
}

interface Seen {
  readonly isCurrent: boolean;
  readonly other: Versioned<SpendRecord> | undefined;
}

/**
 * Where nobody has had it yet, the record itself is looked at once the intent is written, and not before as well: see `take`.
 * Who has waited for somebody looks at it first: they have most likely done it.
 */
async function lookFirst({ records }: Tools, what: Spending): Promise<Seen> {
  const other = await records.read(what.at);
  return { isCurrent: other === undefined || (await isStillStored(what)), other };
}

async function lookAt({ records }: Tools, what: Spending): Promise<Seen> {
  const isCurrent = await isStillStored(what);
  return { isCurrent, other: isCurrent ? await records.read(what.at) : undefined };
}

/** The records that a sibling at work changes, as they were seen. */
const seenBy = ({ at, key, version }: Spending, intent: string): ReadonlyMap<Key, string | undefined> =>
  new Map<Key, string | undefined>([
    [at, intent],
    [key, version === '' ? undefined : version],
  ]);

/** Writes the intent before anything is sent; and looks again, since a sibling may have finished in between. */
async function take(
  tools: Tools,
  what: Spending,
  before: Versioned<SpendRecord> | undefined,
): Promise<Claim | undefined> {
  const { at } = what;
  const intent = { v: 1, holder: tools.holder, version: what.version } as const;
  const ours = oursIn(tools);
  ours.add(at);
  const version = await tools.records.write(at, intent, before).catch((error: unknown) => {
    ours.delete(at);
    // It may have been written all the same. Nothing was sent.
    void withdraw(tools, what);
    throw error;
  });
  if (version === undefined) {
    ours.delete(at);
    return undefined;
  }
  const release = async (): Promise<void> => {
    ours.delete(at);
    await tidyUp(tools, at, version);
  };
  const isStill = await isStillStored(what).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  if (isStill) return { kind: 'held', release };
  await release();
  return { kind: 'moved' };
}

/** What this engine is about to send, or has sent and not stored yet: by the records of the engine. */
const held = new WeakMap<Tools['records'], Set<Key>>();

function oursIn({ records }: Tools): Set<Key> {
  const known = held.get(records) ?? new Set();
  held.set(records, known);
  return known;
}

const isStillStored = async ({ current, version }: Spending): Promise<boolean> =>
  (await current()) === version;

/**
 * Removes an intent under which nothing is under way any more. Where the store fails, that goes on by itself: an intent that
 * stays would make siblings believe that its holder has died, and cost a login.
 */
async function tidyUp(tools: Tools, at: Key<'spend'>, version: string): Promise<void> {
  await nowOrLater(tools, () => tools.records.remove(at, version).then(() => true));
}

/** Removes an intent of ours of which nobody knows whether it was written, unless it has become good meanwhile. */
function withdraw(tools: Tools, { at, version }: Spending): Promise<void> {
  let looks = 0;
  return keepTrying(tools, async () => {
    const found = await tools.records.read(at);
    const isLeft = found?.value.holder === tools.holder && found.value.version === version;
    if (isLeft && !oursIn(tools).has(at)) return tools.records.remove(at, found.version);
    looks += 1;
    // What timed out may still be written when the store is back: one look is too few.
    return isLeft || looks > 1;
  });
}
