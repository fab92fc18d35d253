// What may be used once only, by one of many processes: who goes on, who waits, and who gives up (C03, C04, R13).

/** The intent to use something once, as another process or this one has written it. */
export interface Intent {
  readonly isOurs: boolean;
  /** It is for the version that is about to be used; false: for one that has been replaced since. */
  readonly isForThisVersion: boolean;
  /** The process that has written it has ended for certain. */
  readonly isOfEnded: boolean;
  /** How long it has stood still, as measured here, in milliseconds: clocks of other machines are not looked at. */
  readonly still: number;
}

/** What there is, before something is used that works only once. */
export interface SpendingEvidence {
  /** The version that is about to be used is still the stored one. */
  readonly isCurrent: boolean;
  readonly intent: Intent | undefined;
  /** How long a holder may be silent, in milliseconds. */
  readonly leaseTerm: number;
}

/**
 * What to do before something is used that works only once, such as a rotating refresh token.
 * - `leave`: somebody else has used it, or it is gone.
 * - `take`: write the intent, and go on.
 * - `tidy`: the outcome was stored and only the intent was left behind; remove it, and look again.
 * - `wait`: somebody is at it.
 * - `break off`: somebody has begun and has ended, or is not heard of any more; nobody knows what was sent.
 * @see RFC 9700 §4.14
 */
export function judgeSpending(evidence: SpendingEvidence): 'leave' | 'take' | 'tidy' | 'wait' | 'break off' {
  const { isCurrent, intent, leaseTerm } = evidence;
  if (!isCurrent) return 'leave';
  if (intent === undefined || intent.isOurs) return 'take';
  if (!intent.isForThisVersion) return 'tidy';
  return !intent.isOfEnded && intent.still < leaseTerm ? 'wait' : 'break off';
}
