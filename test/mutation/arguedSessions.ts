// Mutants of sessions and their tokens that no test finds, and that are no fault: each with the reason.

const typed =
  'The check is there for the compiler: what it refuses is refused, or left as it is, by the next one too.';
const never = 'The compiler asks for a value where there always is one.';
const nothing = 'What takes its place is read as nothing, too.';
const nobody = 'Where no token was sent, no grant has the version that takes its place.';
const state = 'No login has an empty state: what is looked for in its place is never there.';
const running =
  'While a chart runs, where it was at rest is not asked for; and when it rests, another one takes its place.';
const counted = 'It is only compared with itself: what matters is that it is another one.';
const atHand = 'What is at hand is what would be loaded: only a moment is saved.';

/** By the id of the mutant, as `npm run mutation` prints it. */
export const arguedOfSessions: Readonly<Record<string, string>> = {
  'engine/tokenInHand.ts | TokenInHand.keep | !running || grant?.version !== token.version → grant?.version !== token.version':
    typed,
  "engine/sessionTokens.ts | SessionTokens.lookAgain | before.hasTag('canSend') ? grant?.issuer : undefined → before.hasTag('canSend') ? grant.issuer : undefined":
    never,
  "engine/sessionTokens.ts | SessionTokens.stored | error instanceof AuthError && error.code === 'grant_refused' → error.code === 'grant_refused'":
    typed,
  "engine/sessionChart.ts | SessionChart.rest | snapshot.hasTag('busy') || (retryAt ?? 0) > now → snapshot.hasTag('busy') || (retryAt) > now":
    nothing,
  'engine/sessionChart.ts | SessionChart.rest | this.#listeners?.size ?? 0 → this.#listeners?.size': nothing,
  'engine/sessionChart.ts | SessionChart.use | this.#resting = undefined; → nothing': running,
  'engine/complete.ts | find | if (state === undefined) return undefined; → if (false) return undefined;':
    state,
  'engine/sendToResource.ts | hear | if (nonce === null) return; → if (false) return;': nothing,
  'engine/sessionInUse.ts | SessionInUse.authorization | if (nonce !== undefined) this.#parts.tools.dpop.hear(at, nonce); → if (true) this.#parts.tools.dpop.hear(at, nonce);':
    nothing,
  'engine/sessionInUse.ts | SessionInUse.answered | grantVersion !== null && provesGrant(answer) → provesGrant(answer)':
    nobody,
  'engine/session.ts | EngineSession.use | if (this.#inUse) return this.#inUse; → if (false) return this.#inUse;':
    atHand,
  'engine/session.ts | EngineSession.fetch | this.#inUse ? this.#inUse.fetch(input, init) : this.#use().then(({ fetch }) => fetch(input, init)) → false ? this.#inUse.fetch(input, init) : this.#use().then(({ fetch }) => fetch(input, init))':
    atHand,
  "engine/session.ts | EngineSession.logIn | snapshot.hasTag('canSend') && grant → snapshot.hasTag('canSend')":
    never,
  'engine/session.ts | EngineSession.logout | this.#endings += 1; → this.#endings += 2;': counted,
  'engine/session.ts | EngineSession.cancel | this.#endings += 1; → this.#endings += 2;': counted,
};
