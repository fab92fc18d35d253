// Telling a server that cannot answer now from one that says no.

/**
 * Whether a status speaks of the moment and not of what was asked (DISC-11, TOK-7): 5xx, 408, 425, 429.
 * @see RFC 9110 §15.5.9, §15.6, RFC 8470 §5.2, RFC 6585 §4
 */
export function isOutage(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}
