// Mutants that no sound rule can tell from the right chart, each with the reason.

const exclusive = 'The two guards never hold together, so their order cannot matter';
const same = 'It comes to the same state by one more step, with nothing set to work in between';
const told = 'The chart goes where it went: this only tells hosts, as test/flow/emitted.test.ts shows';

/** By the id of the mutant. */
export const equivalents: Readonly<Record<string, string>> = {
  'branches swapped: authorizing.awaitingSibling, done of takeOverLogin [0: isBrokenOff] -> recovering, after the next': `${exclusive}: a login that was broken off has not become ours.`,
  'branches swapped: authorizing.validating, error of validateResponse [0: isNotOurs] -> authorizing.awaitingUser, after the next': `${exclusive}: a failure has one code.`,
  'branches swapped: authorizing.validating, error of validateResponse [1: isSpentElsewhere] -> authorizing.withdrawing, after the next': `${exclusive}: a failure has one code.`,
  'branches swapped: bindChecking.deciding, at once [0: isWithoutIssuer] -> rejected, after the next': `${exclusive}: the bind-check reports one conflict at most.`,
  'branches swapped: authorizing.choosing, at once [0: isDirect] -> authorizing.granting, after the next': `${exclusive}: a host has one strategy.`,
  'branches swapped: authorizing.choosing, at once [1: isDevice] -> authorizing.requestingDeviceCode, after the next': `${exclusive}: a host has one strategy.`,
  'branches swapped: authorizing.exchanging, error of exchangeCode [0: isSpentElsewhere] -> authorizing.withdrawing, after the next': `${exclusive}: a code that is spent is no client that is lost.`,
  'branches swapped: authorized.renewal.renewing, error of refreshGrant [0: isTransient] -> authorized.renewal.stale, after the next': `${exclusive}: a failure has one recovery.`,
  'branches swapped: authorized.renewal.renewing, error of refreshGrant [1: canReplaceClient] -> reusing, after the next': `${exclusive}: a failure has one recovery.`,
  'branches swapped: failed.sorting, at once [1: isWorkingGrantUnrenewed] -> authorized.renewal.stale, after the next': `${exclusive}: no refusal for safety passes by itself.`,
  'branches swapped: failed.sorting, at once [2: isUnsafe] -> rejected, after the next': `${exclusive}: no refusal for safety passes by itself.`,
  'branches swapped: steppingUp.weighing, at once [6: isStepUpBudgetSpent] -> authorized, after the next': `${exclusive}: with \`ask\` no step-up is ever spent, with \`auto\` none is barred.`,
  'retargeted: registering.reserving, done of reserveRedirectToRegister [1: otherwise] -> registering.submitting, but registering.choosing': `${same}: a redirect URI is held.`,
  'retargeted: authorizing.reserving, done of reserveRedirect [2: otherwise] -> registering.submitting, but registering.choosing': `${same}: a redirect URI is held, and a client that registered has no document.`,
  'retargeted: authorized.renewal.renewing, error of refreshGrant [0: isTransient] -> authorized.renewal.stale, but authorized.renewal.weighing': `${same}: a pause has begun.`,
  'branches swapped: reusing, at once [6: knowsRegistration] -> authorizing, after the next': `${same}: by a code, both begin with a look for a login that is under way.`,
  'retargeted: failed.sorting, at once [1: isWorkingGrantUnrenewed] -> authorized.renewal.stale, but authorized.renewal.weighing': `${same}: a pause has begun.`,
  'entry dropped: authorized without 1: tellAuthorized': told,
  'entry dropped: authorizing.awaitingSibling without 0: tellLoginAwaited': told,
  'entry dropped: authorizing.awaitingUser without 0: tellLoginAwaited': told,
  'entry dropped: authorizing.awaitingApproval without 0: tellLoginAwaited': told,
  'entry dropped: rejected without 1: tellRejected': told,
  'entry dropped: failed.coolingDown without 0: tellFailed': told,
  'entry dropped: failed.resting without 0: tellFailed': told,
  'action does nothing: tellAuthorized': told,
  'action does nothing: tellLoginAwaited': told,
  'action does nothing: tellRejected': told,
  'action does nothing: tellFailed': told,
};
