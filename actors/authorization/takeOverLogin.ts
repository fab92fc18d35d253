// Waits beside the engine that holds a login, and takes the login over when that engine is gone (AUTHZ-12).
import type { SessionId } from '../../contract/facts.ts';
import type { Work } from '../../contract/work.ts';
import { isShownBesideListener, judgeWatched } from '../../protocol/joinedLogin.ts';
import { type Key, keys, type PendingRecord, type Versioned } from '../../stores/records.ts';
import { becomeHolder } from '../records/loginUnderWay.ts';
import { readPending } from '../records/pendingRequest.ts';
import { UnshownHolderWatch } from '../records/unshownHolder.ts';
import { waitForChange } from '../records/waitForChange.ts';
import { despiteOutage } from '../tools/keepTrying.ts';
import type { Act, Tools } from '../tools/tools.ts';

/** How often it is looked whether the holder is still there, in milliseconds. */
const LOOK = 500;

type Became = Work['takeOverLogin']['output']['became'];

/** One look: the request as it is now, and how long it has been waited for. Milliseconds. */
interface Look {
  readonly session: SessionId;
  readonly key: Key<'pending'>;
  readonly pending: Versioned<PendingRecord>;
  readonly waited: number;
  /** How long the request has stood still. */
  readonly still: number;
  readonly isAsked: boolean;
  /** How old the login was when it was joined. */
  readonly age: number;
  /** Finds out where no port shows who leads the person. */
  readonly holder: UnshownHolderWatch;
}

/** @throws AuthError `code_already_spent` when the login was finished elsewhere; what it ended with there. */
export const takeOverLogin: Act<'takeOverLogin'> =
  (tools) =>
  async ({ session, pending: { key: text }, isAsked }, signal) => {
    const key = keys.as('pending', text);
    let pending = await readPending(tools, session, key);
    const age = tools.now() - (pending.value.createdAt ?? 0);
    const holder = new UnshownHolderWatch(tools, { session, key, isAsked, age });
    const again = (): Promise<typeof pending> => readPending(tools, session, key);
    for (let [version, waited, still] = ['', 0, 0]; ; pending = await despiteOutage(tools, again, signal)) {
      if (pending.version !== version)
        [version, still] = [pending.version, tools.standstills.of(key, pending.version)];
      const became = await judge(
        tools,
        { session, key, pending, waited, still, isAsked, age, holder },
        signal,
      );
      if (became) {
        tools.standstills.forget(key);
        if (became === 'ours') tools.attended.findLeft(key);
        return { at: tools.now(), became };
      }
      // A page that was opened for this login here shows nothing: the person has the holder's.
      if (waited === 0) tools.userAgent.dismiss?.();
      const passed = await waitForChange(tools, new Map([[key, version]]), LOOK, signal);
      [waited, still] = [waited + passed, still + passed];
      tools.standstills.note(key, version, still);
    }
  };

/** @returns nothing while the login is its holder's. */
async function judge(tools: Tools, look: Look, signal: AbortSignal): Promise<Became | undefined> {
  const { session, key, pending, waited, still, holder } = look;
  const { spent, response } = pending.value;
  const verdict = judgeWatched({
    isSpent: spent !== undefined,
    isOfEnded: tools.isGone(pending.value.spentBy),
    isAnswered: response !== undefined,
    isAttended: tools.attended.has(key),
    still,
    leaseTerm: tools.leaseTerm,
  });
  if (verdict === 'wait') return undefined;
  if (verdict === 'break off') {
    await tools.records.remove(key, pending.version);
    return 'broken off';
  }
  if (!tools.userAgent.hold) return (await holder.isOurs(waited)) ? 'ours' : undefined;
  if (!(await tools.userAgent.hold(pending.value.redirectUri, signal)))
    return (await isShownHere(tools, look)) ? 'ours' : undefined;
  await becomeHolder(tools, session, key);
  return waited === 0 ? 'ours' : 'inherited';
}

/** Another engine listens for the answer. */
async function isShownHere(tools: Tools, { session, isAsked, age, waited }: Look): Promise<boolean> {
  const login = await tools.records.read(keys.login(session));
  return isShownBesideListener({ isInherited: login?.value.inherited === true, isAsked, age, waited });
}
