// Binds the chart's actors to the world, once: the only place where machines/ and actors/ meet.
import { type AnyActorRef, type EventObject, fromCallback, fromPromise } from 'xstate';
import { awaitResponse } from '../actors/authorization/awaitResponse.ts';
import { discardAuthorization } from '../actors/authorization/discardAuthorization.ts';
import { exchangeCode } from '../actors/authorization/exchangeCode.ts';
import { findLogin } from '../actors/authorization/findLogin.ts';
import { leaveLogin } from '../actors/authorization/leaveLogin.ts';
import { pollDeviceGrant } from '../actors/authorization/pollDeviceGrant.ts';
import { prepareAuthorization } from '../actors/authorization/prepareAuthorization.ts';
import { presentAuthorization } from '../actors/authorization/presentAuthorization.ts';
import { presentDeviceCode } from '../actors/authorization/presentDeviceCode.ts';
import { pushAuthorization } from '../actors/authorization/pushAuthorization.ts';
import { requestDeviceCode } from '../actors/authorization/requestDeviceCode.ts';
import { requestDirectGrant } from '../actors/authorization/requestDirectGrant.ts';
import { reserveRedirect } from '../actors/authorization/reserveRedirect.ts';
import { takeOverLogin } from '../actors/authorization/takeOverLogin.ts';
import { validateResponse } from '../actors/authorization/validateResponse.ts';
import { recallBinding } from '../actors/binding/recallBinding.ts';
import { chooseServer } from '../actors/discovery/chooseServer.ts';
import { fetchResourceMetadata } from '../actors/discovery/fetchResourceMetadata.ts';
import { fetchServerMetadata } from '../actors/discovery/fetchServerMetadata.ts';
import { probeResource } from '../actors/discovery/probeResource.ts';
import { registerClient } from '../actors/registration/registerClient.ts';
import { confirmStepUp } from '../actors/session/confirmStepUp.ts';
import { forgetSession } from '../actors/session/forgetSession.ts';
import { heedSiblings } from '../actors/session/heedSiblings.ts';
import { recallSession } from '../actors/session/recallSession.ts';
import { revokeGrants } from '../actors/session/revokeGrants.ts';
import { unregisterClients } from '../actors/session/unregisterClients.ts';
import { gatherChallenges, waitUntil } from '../actors/session/waitUntil.ts';
import { refreshGrant } from '../actors/tokens/refreshGrant.ts';
import type { Act, Tools } from '../actors/tools/tools.ts';
import { AuthError, toFailure } from '../contract/errors.ts';
import type { Pending } from '../contract/facts.ts';
import {
  type ActorName,
  actorPhases,
  type KnownRecords,
  type SiblingReport,
  type Work,
} from '../contract/work.ts';
import { type AuthMachine, authMachine } from '../machines/authMachine.ts';
import type { AuthSnapshot } from './sessionChart.ts';

/** What is done under each name. */
const acts: { readonly [Name in ActorName]: Act<Name> } = {
  recallSession,
  probeResource,
  fetchResourceMetadata,
  chooseServer,
  fetchServerMetadata,
  recallBinding,
  reserveRedirect,
  registerClient,
  findLogin,
  prepareAuthorization,
  takeOverLogin,
  pushAuthorization,
  presentAuthorization,
  awaitResponse,
  validateResponse,
  exchangeCode,
  requestDirectGrant,
  requestDeviceCode,
  presentDeviceCode,
  pollDeviceGrant,
  confirmStepUp,
  discardAuthorization,
  refreshGrant,
  revokeGrants,
  forgetSession,
  unregisterClients,
  waitUntil,
  gatherChallenges,
};

/** The actors that a chart runs while it leads a person. */
const leading: ReadonlySet<ActorName> = new Set<ActorName>([
  'pushAuthorization',
  'presentAuthorization',
  'awaitResponse',
]);

/** Whether a chart has ended, or was told to go down: one that goes on to something else lets go of its login itself. */
function hasLeft(chart: AnyActorRef | undefined, pending: Pending): boolean {
  const snapshot: AuthSnapshot | undefined = chart?.getSnapshot();
  return snapshot?.status !== 'active' || snapshot.context.pending?.key !== pending.key;
}

/** The chart, ready to run: an actor for each name. */
export function bindActors(tools: Tools): AuthMachine {
  const bind = <Name extends ActorName>(name: Name) => {
    const run = acts[name](tools);
    return fromPromise<Work[Name]['output'], Work[Name]['input']>(async ({ input, signal, self }) => {
      try {
        return await run(input, signal);
      } catch (thrown) {
        // Foreign errors may hold secrets, and XState shows errors to inspectors: only ours go on.
        if (!(thrown instanceof AuthError)) tools.onDefect(thrown);
        throw new AuthError(toFailure(thrown, actorPhases[name]));
      } finally {
        const held = signal.aborted && leading.has(name) && 'pending' in input ? input.pending : null;
        if (held && hasLeft(self._parent, held)) void leaveLogin(tools, held);
      }
    });
  };
  type Bound = { readonly [Name in ActorName]: ReturnType<typeof bind<Name>> };
  const bound = Object.fromEntries(Object.keys(acts).map((name) => [name, bind(name as ActorName)])) as Bound;
  return authMachine.provide({ actors: { ...bound, heedSiblings: heeding(tools) } });
}

/** Runs beside the chart for as long as its state lasts, and reports as often as there is something to report. */
function heeding(tools: Tools) {
  return fromCallback<EventObject, KnownRecords, SiblingReport>(({ input, sendBack }) => {
    const ending = new AbortController();
    void heedSiblings(tools, input, sendBack, ending.signal);
    return () => ending.abort();
  });
}
