// Every way in which authchart refuses or fails: what happened (code), where (phase), what helps (recovery).

/** What helps. The chart decides on this, never on text. `none` is fatal by design: no retry may swallow it. */
export type Recovery = 'none' | 'retry-later' | 'reauthorize' | 'reregister' | 'fix-config' | 'ask-user';

/** Where it happened: the phases of the chart, and the three places around it. */
export type Phase =
  | 'configuring'
  | 'recovering'
  | 'discovering'
  | 'bindChecking'
  | 'registering'
  | 'authorizing'
  | 'renewing'
  | 'steppingUp'
  | 'requesting'
  | 'signingOut'
  | 'storing';

/**
 * The register of codes, each with what helps. Grouped by what a host does with them:
 * `refused` codes are decisions for safety (nothing was sent), the others are failures.
 */
export const failureCodes = {
  // The host's own words.
  config_invalid: 'fix-config',
  engine_disposed: 'fix-config',
  // The network, before any meaning.
  unreachable: 'retry-later',
  timed_out: 'retry-later',
  server_unavailable: 'retry-later',
  certificate_untrusted: 'fix-config',
  certificate_invalid: 'none',
  address_refused: 'none',
  redirect_refused: 'none',
  response_too_large: 'none',
  response_invalid: 'none',
  cancelled: 'ask-user',
  // Discovery.
  resource_metadata_absent: 'fix-config',
  resource_metadata_invalid: 'none',
  resource_metadata_broken: 'retry-later',
  resource_mismatch: 'none',
  authorization_server_missing: 'none',
  server_metadata_absent: 'none',
  server_metadata_invalid: 'none',
  server_metadata_broken: 'retry-later',
  issuer_mismatch: 'none',
  pkce_unsupported: 'none',
  dpop_unsupported: 'none',
  // Binding.
  bound_elsewhere: 'fix-config',
  credential_without_issuer: 'fix-config',
  token_of_other_issuer: 'reauthorize',
  // Registration.
  registration_impossible: 'fix-config',
  registration_refused: 'fix-config',
  registration_invalid: 'none',
  client_refused: 'reregister',
  // Authorization.
  interaction_required: 'ask-user',
  login_pending: 'ask-user',
  login_timed_out: 'ask-user',
  access_denied: 'ask-user',
  authorization_refused: 'none',
  response_issuer_mismatch: 'none',
  response_issuer_missing: 'none',
  response_malformed: 'none',
  response_not_ours: 'none',
  code_already_spent: 'reauthorize',
  grant_impossible: 'fix-config',
  assertion_failed: 'fix-config',
  user_agent_failed: 'fix-config',
  // Tokens.
  grant_refused: 'reauthorize',
  token_refused: 'none',
  token_response_invalid: 'none',
  grant_not_accepted: 'none',
  dpop_downgraded: 'none',
  // Step-up.
  scope_not_granted: 'none',
  scope_not_named: 'ask-user',
  scope_not_honoured: 'none',
  step_up_exhausted: 'none',
  scope_not_allowed: 'fix-config',
  // Storage.
  store_conflict: 'retry-later',
  store_failed: 'retry-later',
  record_corrupt: 'reauthorize',
  record_newer: 'fix-config',
  // A defect of ours.
  internal: 'none',
} as const satisfies Record<string, Recovery>;

/** A code of the register: what a host decides on. Texts of errors change, codes do not. */
export type FailureCode = keyof typeof failureCodes;

/** Refusals for safety: the exit code 5 of the command line, and the state `rejected` of the chart. */
export const safetyCodes: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'address_refused',
  'redirect_refused',
  'resource_mismatch',
  'issuer_mismatch',
  'pkce_unsupported',
  'dpop_unsupported',
  'dpop_downgraded',
  'bound_elsewhere',
  'credential_without_issuer',
  'token_of_other_issuer',
  'response_issuer_mismatch',
  'response_issuer_missing',
]);

/** A failure as data: what the chart carries, what `explain` prints. Never holds a secret. */
export interface Failure {
  readonly code: FailureCode;
  readonly phase: Phase;
  readonly recovery: Recovery;
  /** One sentence that says what happened and what to do. */
  readonly message: string;
  /** The authorization server concerned. */
  readonly issuer?: string;
  /** The issuer that it was held against. */
  readonly otherIssuer?: string;
  /** HTTP status of the answer. */
  readonly status?: number;
  /** The scopes that are asked for, and that the grant lacks. */
  readonly scopes?: readonly string[];
  /** Milliseconds to wait before trying again, as the server asked, clamped. */
  readonly retryAfter?: number;
  /** The OAuth error code that the server gave, when it is a well-formed one. */
  readonly oauthError?: string;
  /** What the server said, capped and escaped; untrusted. */
  readonly said?: string;
  /** What was sent, when it helps to see it and holds no secret (a registration request). */
  readonly sent?: string;
}

/**
 * What may be known of a failure beside its code; also another recovery than the one that its code has in
 * the register.
 */
export type FailureDetails = Omit<Failure, 'code' | 'phase' | 'recovery' | 'message'> & {
  readonly recovery?: Recovery;
};

/** Makes a failure, with the recovery that its code has in the register unless said otherwise. */
export function failure(
  code: FailureCode,
  phase: Phase,
  message: string,
  details: FailureDetails = {},
): Failure {
  return { code, phase, recovery: failureCodes[code], message, ...details };
}

/**
 * The one error that authchart throws. Decide on `code` and `recovery`.
 * Text that came from the network (`said`) is there to be shown, and is not enumerable.
 * @example
 * ```ts
 * import { AuthError } from 'authchart';
 *
 * try {
 *   await session.login();
 * } catch (error) {
 *   if (!(error instanceof AuthError)) throw error;
 *   if (error.recovery === 'retry-later') console.log(`Again in ${error.retryAfter ?? 1000} ms.`);
 *   else console.error(`${error.code}: ${error.message}`);
 * }
 * ```
 */
export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: FailureCode;
  readonly phase: Phase;
  readonly recovery: Recovery;
  // Declared only: what is not known has no key.
  declare readonly issuer?: string;
  declare readonly otherIssuer?: string;
  declare readonly status?: number;
  declare readonly scopes?: readonly string[];
  declare readonly retryAfter?: number;
  declare readonly oauthError?: string;
  declare readonly said?: string;
  declare readonly sent?: string;

  constructor(of: Failure) {
    super(of.message);
    this.code = of.code;
    this.phase = of.phase;
    this.recovery = of.recovery;
    const { issuer, otherIssuer, status, scopes, retryAfter, oauthError } = of;
    const known = Object.entries({ issuer, otherIssuer, status, scopes, retryAfter, oauthError });
    Object.assign(this, Object.fromEntries(known.filter(([, value]) => value !== undefined)));
    for (const name of ['said', 'sent'] as const) {
      if (of[name] !== undefined) Object.defineProperty(this, name, { value: of[name], enumerable: false });
    }
  }

  /** The same as data, for the chart. */
  toFailure(): Failure {
    const {
      code,
      phase,
      recovery,
      message,
      issuer,
      otherIssuer,
      status,
      scopes,
      retryAfter,
      oauthError,
      said,
      sent,
    } = this;
    return {
      code,
      phase,
      recovery,
      message,
      ...(issuer !== undefined && { issuer }),
      ...(otherIssuer !== undefined && { otherIssuer }),
      ...(status !== undefined && { status }),
      ...(scopes !== undefined && { scopes }),
      ...(retryAfter !== undefined && { retryAfter }),
      ...(oauthError !== undefined && { oauthError }),
      ...(said !== undefined && { said }),
      ...(sent !== undefined && { sent }),
    };
  }

  toJSON(): Pick<Failure, 'code' | 'phase' | 'recovery' | 'message'> {
    const { code, phase, recovery, message } = this;
    return { code, phase, recovery, message };
  }
}

/** Throws a failure: the short form for judging functions. */
export function refuse(code: FailureCode, phase: Phase, message: string, details?: FailureDetails): never {
  throw new AuthError(failure(code, phase, message, details));
}

/**
 * What an actor threw, as data. Anything that is not ours may hold a secret in its message or cause,
 * so only the name of its class is kept.
 */
export function toFailure(thrown: unknown, phase: Phase): Failure {
  if (thrown instanceof AuthError) return thrown.toFailure();
  const what = thrown instanceof Error ? nameOf(thrown) : typeof thrown;
  return failure(
    'internal',
    phase,
    `Something unexpected failed inside authchart (${what}); please report it.`,
  );
}

/** A name can be set to anything, and looking at it can throw: only what could be the name of a class is told. */
function nameOf(error: Error): string {
  try {
    return /^[A-Za-z]\w{0,63}$/.test(error.name) ? error.name : 'Error';
  } catch {
    return 'Error';
  }
}
