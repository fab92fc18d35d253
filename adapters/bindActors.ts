// Binds the chart's actors to the world, once: the only place where machines/ and actors/ meet.
import { fromPromise } from 'xstate';
import { awaitResponse } from '../actors/awaitResponse.ts';
import { chooseServer } from '../actors/chooseServer.ts';
import { confirmStepUp } from '../actors/confirmStepUp.ts';
import { pollDeviceGrant, presentDeviceCode, requestDeviceCode } from '../actors/deviceGrant.ts';
import { discardAuthorization } from '../actors/discardAuthorization.ts';
import { exchangeCode } from '../actors/exchangeCode.ts';
import { fetchResourceMetadata } from '../actors/fetchResourceMetadata.ts';
import { fetchServerMetadata } from '../actors/fetchServerMetadata.ts';
import { forgetSession } from '../actors/forgetSession.ts';
import { prepareAuthorization } from '../actors/prepareAuthorization.ts';
import { presentAuthorization } from '../actors/presentAuthorization.ts';
import { probeResource } from '../actors/probeResource.ts';
import { pushAuthorization } from '../actors/pushAuthorization.ts';
import { recallBinding } from '../actors/recallBinding.ts';
import { recallSession } from '../actors/recallSession.ts';
import { refreshGrant } from '../actors/refreshGrant.ts';
import { registerClient } from '../actors/registerClient.ts';
import { requestDirectGrant } from '../actors/requestDirectGrant.ts';
import { reserveRedirect } from '../actors/reserveRedirect.ts';
import { revokeGrants } from '../actors/revokeGrants.ts';
import type { Act, Tools } from '../actors/tools.ts';
import { validateResponse } from '../actors/validateResponse.ts';
import { gatherChallenges, waitUntil } from '../actors/waitUntil.ts';
import { type AuthMachine, authMachine } from '../machines/authMachine.ts';
import { AuthError, type Phase, toFailure } from '../protocol/errors.ts';
import type { Work } from '../protocol/work.ts';

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
