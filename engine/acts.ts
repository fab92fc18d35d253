// What is done under the name of each actor, and which part of the engine it is in.
import type { Act } from '../actors/tools/tools.ts';
import type { Part } from '../contract/part.ts';
import { type ActorName, actorPhases } from '../contract/work.ts';
import { devicePart, directPart, loginPart, pushedPart, signOutPart, usePart } from './parts.ts';

/** A part that has the act of this name. */
type PartWith<Name extends ActorName> = Pick<Part<{ readonly [Only in Name]: Act<Only> }>, 'atHand' | 'load'>;

/** In which part the act of each name is. */
const acts: { readonly [Name in ActorName]: PartWith<Name> } = {
  recallSession: usePart,
  waitUntil: usePart,
  probeResource: loginPart,
  fetchResourceMetadata: loginPart,
  chooseServer: loginPart,
  fetchServerMetadata: loginPart,
  recallBinding: loginPart,
  reserveRedirect: loginPart,
  registerClient: loginPart,
  findLogin: loginPart,
  prepareAuthorization: loginPart,
  takeOverLogin: loginPart,
  pushAuthorization: pushedPart,
  presentAuthorization: loginPart,
  awaitResponse: loginPart,
  validateResponse: loginPart,
  exchangeCode: loginPart,
  requestDirectGrant: directPart,
  requestDeviceCode: devicePart,
  presentDeviceCode: devicePart,
  pollDeviceGrant: devicePart,
  confirmStepUp: loginPart,
  discardAuthorization: loginPart,
  refreshGrant: loginPart,
  revokeGrants: signOutPart,
  forgetSession: signOutPart,
  unregisterClients: signOutPart,
  gatherChallenges: usePart,
};

/** The act of this name, where it was loaded already. */
export function actAtHand<Name extends ActorName>(name: Name): Act<Name> | undefined {
  const part: PartWith<Name> = acts[name];
  return part.atHand?.[name];
}

/** The act of this name. @throws AuthError `unreachable` when it cannot be loaded. */
export async function actOf<Name extends ActorName>(name: Name): Promise<Act<Name>> {
  const part: PartWith<Name> = acts[name];
  const { [name]: act } = await part.load(actorPhases[name]);
  return act;
}
