// Binds the chart's actors to the world, once: the only place where machines/ and actors/ meet.
import { type AnyActorRef, type EventObject, fromCallback, fromPromise } from 'xstate';
import type { Tools } from '../actors/tools/tools.ts';
import { throwIfCancelled } from '../actors/tools/waiting.ts';
import { AuthError, toFailure } from '../contract/errors.ts';
import type { Pending } from '../contract/facts.ts';
import type { Part } from '../contract/part.ts';
import {
  type ActorName,
  actorPhases,
  type KnownRecords,
  type SiblingReport,
  type Work,
} from '../contract/work.ts';
import type { AuthMachine } from '../machines/authMachine.ts';
import { OVER } from '../stores/over.ts';
import { actAtHand, actOf } from './acts.ts';
import { usePart } from './parts.ts';
import type { AuthSnapshot } from './sessionChart.ts';
import { UnderWay } from './underWay.ts';
import { withActors } from './withActors.ts';

/** The actors that a chart runs while it leads a person. */
const leading: ReadonlySet<ActorName> = new Set<ActorName>([
  'pushAuthorization',
  'presentAuthorization',
  'awaitResponse',
]);

/** They only wait, in a chart of the host's for as long as that runs: nobody waits for them. */
const waiting: ReadonlySet<ActorName> = new Set<ActorName>(['waitUntil', 'awaitResponse', 'takeOverLogin']);

/** Whether a chart has ended, or was told to go down: one that goes on to something else lets go of its login itself. */
function hasLeft(chart: AnyActorRef | undefined, pending: Pending): boolean {
  const snapshot: AuthSnapshot | undefined = chart?.getSnapshot();
  return snapshot?.status !== 'active' || snapshot.context.pending?.key !== pending.key;
}

/** What of its host an engine's actors need at once. */
interface Binding extends Pick<Tools, 'onDefect'> {
  /** Hears of all that actors have under way. */
  readonly underWay?: UnderWay;
}

/** The chart, ready to run: an actor for each name. */
export function bindActors(
  tools: Part<Tools>,
  { onDefect, underWay = new UnderWay() }: Binding,
): AuthMachine {
  const leave = async (login: Pending): Promise<void> => {
    const { leaveLogin } = await usePart.load();
    await leaveLogin(await tools.load(), login);
  };
  const loadAndRun = async <Name extends ActorName>(
    name: Name,
    input: Work[Name]['input'],
    signal: AbortSignal,
  ): Promise<Work[Name]['output']> => {
    const [act, shared] = await Promise.all([actOf(name), tools.load()]);
    // A chart that has moved on meanwhile does not begin what it was to do.
    throwIfCancelled(signal);
    return act(shared)(input, signal);
  };
  const bind = <Name extends ActorName>(name: Name) => {
    type Input = Work[Name]['input'];
    const run = async (
      input: Input,
      signal: AbortSignal,
      self: AnyActorRef,
    ): Promise<Work[Name]['output']> => {
      try {
        const [act, shared] = [actAtHand(name), tools.atHand];
        return await (act && shared ? act(shared)(input, signal) : loadAndRun(name, input, signal));
      } catch (thrown) {
        // Foreign errors may hold secrets, and XState shows errors to inspectors: only ours go on.
        if (!(thrown instanceof AuthError)) onDefect(thrown);
        throw new AuthError(toFailure(thrown, actorPhases[name]));
      } finally {
        const held = signal.aborted && leading.has(name) && 'pending' in input ? input.pending : null;
        if (held && hasLeft(self._parent, held)) underWay.of(leave(held)).catch(onDefect);
      }
    };
    return fromPromise<Work[Name]['output'], Input>(({ input, signal, self }) =>
      waiting.has(name) ? run(input, signal, self) : underWay.of(run(input, signal, self)),
    );
  };
  type Bound = { readonly [Name in ActorName]: ReturnType<typeof bind<Name>> };
  const bound = Object.fromEntries(
    Object.keys(actorPhases).map((name) => [name, bind(name as ActorName)]),
  ) as Bound;
  return withActors({ ...bound, heedSiblings: heeding(tools, onDefect, underWay) });
}

/** Runs beside the chart for as long as its state lasts, and reports as often as there is something to report. */
function heeding(tools: Part<Tools>, onDefect: Tools['onDefect'], underWay: UnderWay) {
  return fromCallback<EventObject, KnownRecords, SiblingReport>(({ input, sendBack }) => {
    const ending = new AbortController();
    const heed = async (): Promise<void> => {
      const { heedSiblings } = usePart.atHand ?? (await usePart.load());
      const shared = tools.atHand ?? (await tools.load());
      if (!ending.signal.aborted) await heedSiblings(shared, input, sendBack, ending.signal);
    };
    heed().catch((thrown: unknown) => {
      // An engine that has ended refuses it the store: that is no fault.
      if (!underWay.isOver) onDefect(thrown);
    });
    return () => ending.abort(OVER);
  });
}
