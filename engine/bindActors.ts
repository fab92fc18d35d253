// Binds the chart's actors to the world, once: the only place where machines/ and actors/ meet.
import { fromPromise } from 'xstate';
import { awaitResponse } from '../actors/authorization/awaitResponse.ts';
import {
  pollDeviceGrant,
  presentDeviceCode,
  requestDeviceCode,
} from '../actors/authorization/deviceGrant.ts';
import { discardAuthorization } from '../actors/authorization/discardAuthorization.ts';
import { exchangeCode } from '../actors/authorization/exchangeCode.ts';
import { prepareAuthorization } from '../actors/authorization/prepareAuthorization.ts';
import { presentAuthorization } from '../actors/authorization/presentAuthorization.ts';
import { pushAuthorization } from '../actors/authorization/pushAuthorization.ts';
import { requestDirectGrant } from '../actors/authorization/requestDirectGrant.ts';
import { reserveRedirect } from '../actors/authorization/reserveRedirect.ts';
import { validateResponse } from '../actors/authorization/validateResponse.ts';
import { recallBinding } from '../actors/binding/recallBinding.ts';
import { chooseServer } from '../actors/discovery/chooseServer.ts';
import { fetchResourceMetadata } from '../actors/discovery/fetchResourceMetadata.ts';
import { fetchServerMetadata } from '../actors/discovery/fetchServerMetadata.ts';
import { probeResource } from '../actors/discovery/probeResource.ts';
import { registerClient } from '../actors/registration/registerClient.ts';
import { confirmStepUp } from '../actors/session/confirmStepUp.ts';
import { forgetSession } from '../actors/session/forgetSession.ts';
import { recallSession } from '../actors/session/recallSession.ts';
import { revokeGrants } from '../actors/session/revokeGrants.ts';
import { gatherChallenges, waitUntil } from '../actors/session/waitUntil.ts';
import { refreshGrant } from '../actors/tokens/refreshGrant.ts';
import type { Act, Tools } from '../actors/tools/tools.ts';
import { AuthError, type Phase, toFailure } from '../contract/errors.ts';
import type { Work } from '../contract/work.ts';
import { type AuthMachine, authMachine } from '../machines/authMachine.ts';

/** The chart, ready to run: an actor for each name. */
export function bindActors(tools: Tools): AuthMachine {
  const bind = <Name extends keyof Work>(act: Act<Name>, phase: Phase) => {
    const run = act(tools);
    return fromPromise<Work[Name]['output'], Work[Name]['input']>(async ({ input, signal }) => {
      try {
        return await run(input, signal);
      } catch (thrown) {
        // Foreign errors may hold secrets, and XState shows errors to inspectors: only ours go on.
        throw new AuthError(toFailure(thrown, phase));
      }
    });
  };
  return authMachine.provide({
    actors: {
      recallSession: bind(recallSession, 'recovering'),
      probeResource: bind(probeResource, 'discovering'),
      fetchResourceMetadata: bind(fetchResourceMetadata, 'discovering'),
      chooseServer: bind(chooseServer, 'discovering'),
      fetchServerMetadata: bind(fetchServerMetadata, 'discovering'),
      recallBinding: bind(recallBinding, 'bindChecking'),
      reserveRedirect: bind(reserveRedirect, 'authorizing'),
      registerClient: bind(registerClient, 'registering'),
      prepareAuthorization: bind(prepareAuthorization, 'authorizing'),
      pushAuthorization: bind(pushAuthorization, 'authorizing'),
      requestDirectGrant: bind(requestDirectGrant, 'authorizing'),
      requestDeviceCode: bind(requestDeviceCode, 'authorizing'),
      presentDeviceCode: bind(presentDeviceCode, 'authorizing'),
      pollDeviceGrant: bind(pollDeviceGrant, 'authorizing'),
      confirmStepUp: bind(confirmStepUp, 'steppingUp'),
      presentAuthorization: bind(presentAuthorization, 'authorizing'),
      awaitResponse: bind(awaitResponse, 'authorizing'),
      validateResponse: bind(validateResponse, 'authorizing'),
      exchangeCode: bind(exchangeCode, 'authorizing'),
      discardAuthorization: bind(discardAuthorization, 'authorizing'),
      refreshGrant: bind(refreshGrant, 'renewing'),
      revokeGrants: bind(revokeGrants, 'signingOut'),
      forgetSession: bind(forgetSession, 'signingOut'),
      waitUntil: bind(waitUntil, 'requesting'),
      gatherChallenges: bind(gatherChallenges, 'steppingUp'),
    },
  });
}
