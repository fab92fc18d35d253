// When tokens are to be bound to a key, and what may be used where they are or are not. (RFC 9449)
import { type Failure, failure, type Phase } from '../contract/errors.ts';
import type { ServerMetadata } from '../contract/facts.ts';

/** `off`: never. `preferred`: where server or resource speak of it. `required`: always, and nothing less. */
export type DpopMode = 'off' | 'preferred' | 'required';

/** What a server says of DPoP. */
export type DpopServer = Pick<ServerMetadata, 'issuer' | 'dpopAlgorithms'>;

/** The one algorithm that proofs are signed with. @see RFC 9449 §4.2, RFC 7518 §3.4 */
const ALGORITHM = 'ES256';

/**
 * Judges a server before anything is sent to it.
 * @returns `dpop_unsupported` when DPoP is required, and the server lists algorithms without ours.
 * @see RFC 9449 §5.1
 */
export function dpopServerFailure(mode: DpopMode, server: DpopServer): Failure | undefined {
  if (mode !== 'required' || isPossibleAt(server)) return undefined;
  const { issuer } = server;
  const message = `${issuer} takes no DPoP proofs signed with ${ALGORITHM}, and this client requires DPoP; nothing was sent, ask its operator, or require less with client.dpop.`;
  return failure('dpop_unsupported', 'discovering', message, { issuer });
}

/**
 * Whether the tokens of a login are to be bound to a key.
 * @param isDemanded the resource asked for DPoP when it last challenged us.
 * @see RFC 9449 §5.1, §7.1
 */
export function wantsKey(mode: DpopMode, server: DpopServer, isDemanded: boolean): boolean {
  const isSpokenOf = server.dpopAlgorithms.length > 0 || isDemanded;
  return isPossibleAt(server) && (mode === 'required' || (mode === 'preferred' && isSpokenOf));
}

/** A server that lists no algorithms may take ours. */
function isPossibleAt({ dpopAlgorithms }: DpopServer): boolean {
  return dpopAlgorithms.length === 0 || dpopAlgorithms.includes(ALGORITHM);
}

/**
 * Judges tokens that were issued (T06).
 * @returns `dpop_downgraded` for a token that is not bound, where DPoP is required.
 * @see RFC 9449 §5
 */
export function dpopTokenFailure(
  mode: DpopMode,
  isBound: boolean,
  issuer: string,
  phase: Phase,
): Failure | undefined {
  if (isBound || mode !== 'required') return undefined;
  const message = `${issuer} was asked for a token that is bound to a key, and issued one that anybody can use; it was not kept, tell the server's operator, or require less with client.dpop.`;
  return failure('dpop_downgraded', phase, message, { issuer });
}

/** A stored grant, as far as its key goes. */
export interface KeyedGrant {
  /** The access token is bound to the key. */
  readonly isBound: boolean;
  /** A key was stored with it. */
  readonly hasKey: boolean;
  /** That key can be read. */
  readonly isReadable: boolean;
}

/**
 * Whether a stored grant can be used: its key, if it has one, is not lost; and it is bound where it must be.
 * @see RFC 9449 §5
 */
export function isUsableGrant(mode: DpopMode, { isBound, hasKey, isReadable }: KeyedGrant): boolean {
  const isLost = !isReadable && (hasKey || isBound);
  return !isLost && (isBound || mode !== 'required');
}

/**
 * Whether the resource asks for more than a grant can give, and another login may help.
 * @param isDemanded the resource asked for DPoP when it last challenged us.
 * @see RFC 9449 §7.1
 */
export function isOutgrown(mode: DpopMode, isBound: boolean, isDemanded: boolean): boolean {
  return !isBound && mode === 'preferred' && isDemanded;
}
