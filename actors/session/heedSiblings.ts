// Hears what siblings do to the records of a session, and tells the chart: the one way in which it hears of them (TOK-13).
import type { SessionId } from '../../contract/facts.ts';
import type { KnownRecords, SiblingReport } from '../../contract/work.ts';
import {
  boundAt,
  type Key,
  keys,
  type LoginRecord,
  type PendingRecord,
  type RecordKind,
} from '../../stores/records.ts';
import { currentGrant, grantBesideLogin } from '../records/recall.ts';
import { endedElsewhere, sharedFailure } from '../records/sharedFailure.ts';
import { answerAsHolder } from '../records/unshownHolder.ts';
import type { Tools } from '../tools/tools.ts';

/** How long to wait before the records are looked at again after the home has failed, in milliseconds. */
const LATER = 5_000;

/**
 * Listens until the signal. It looks first, and then whenever one of the records may have changed: what happened between the
 * chart's own reading and this one is told, too. It never fails.
 * @param known what the chart knew when it began to listen.
 */
export async function heedSiblings(
  tools: Tools,
  known: KnownRecords,
  tell: (report: SiblingReport) => void,
  signal: AbortSignal,
): Promise<void> {
  let grantVersion = known.grant?.version ?? known.foundGrant;
  while (!signal.aborted) {
    try {
      const seen = await look(tools, known, grantVersion, signal);
      if (signal.aborted) return;
      const report = reportIn(known, grantVersion, seen);
      ({ grantVersion } = seen);
      if (report) tell(report);
      await tools.records.changed(seen.versions, signal);
    } catch {
      // The home is out of reach: whoever uses it is told so, and here it is looked at again later.
      await tools.sleep(LATER, signal);
    }
  }
}

/** What is stored now. */
interface Seen {
  readonly grantVersion: string | null;
  readonly login: LoginRecord | undefined;
  readonly pending: PendingRecord | undefined;
  readonly versions: ReadonlyMap<Key, string | undefined>;
}

async function look(
  tools: Tools,
  { session, grant: known, pendingKey }: KnownRecords,
  knownVersion: string | null,
  signal: AbortSignal,
): Promise<Seen> {
  const { records } = tools;
  const versions = new Map<Key, string | undefined>();
  const read = async <Of extends RecordKind>(key: Key<Of>) => {
    signal.throwIfAborted();
    const found = await records.read(key);
    versions.set(key, found?.version);
    return found;
  };
  // The login first: who finishes one stores a grant before it goes.
  const login = pendingKey === null ? undefined : (await read(keys.login(session)))?.value;
  const pending = pendingKey === null ? undefined : (await read(keys.as('pending', pendingKey)))?.value;
  const binding = (await read(keys.binding(session)))?.value;
  // Of a chart with a grant, that one counts: the resource may be bound elsewhere until tokens come from there (BIND-8).
  const issuer = (pendingKey === null ? known?.issuer : undefined) ?? binding?.current ?? '';
  const bound = boundAt(binding, issuer);
  let grantVersion = (bound && (await read(bound.grantKey))?.version) ?? null;
  // What is new is judged, and looked at once more: this chart may be storing it, and hears of it in a moment.
  if (grantVersion !== knownVersion) {
    const find = pendingKey === null ? currentGrant : grantBesideLogin;
    grantVersion = (await find(tools, session, issuer))?.version ?? null;
  }
  if (login?.pendingKey === pendingKey && login) await answerAsHolder(tools, session, login);
  return { grantVersion, login, pending, versions };
}

/** What the chart has to be told, if anything: a grant comes before all else. */
function reportIn(
  { session, pendingKey }: KnownRecords,
  known: string | null,
  seen: Seen,
): SiblingReport | undefined {
  const { grantVersion } = seen;
  if (grantVersion !== known && (grantVersion !== null || pendingKey === null))
    return { type: 'grant.changed', grantVersion };
  return pendingKey === null ? undefined : reportOfLogin(session, pendingKey, seen);
}

function reportOfLogin(
  session: SessionId,
  pendingKey: string,
  { login, pending }: Seen,
): SiblingReport | undefined {
  if (!login) return { type: 'login.ended', failure: endedElsewhere(session) };
  if (login.pendingKey !== pendingKey) return { type: 'login.replaced' };
  if (login.ended) return { type: 'login.ended', failure: sharedFailure(session, login.ended) };
  const isAnswered = pending?.response !== undefined && !pending.spent;
  return isAnswered ? { type: 'response.received', pendingKey } : undefined;
}
