// The nonce that a server wants in the next DPoP proof: what counts as one. (RFC 9449 §8, §9)

/** `1*NQCHAR`, and a length at which it still is a nonce. @see RFC 9449 §8.1 */
const nonceText = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/;

/**
 * Reads a `DPoP-Nonce` header; of several, none can be told to be the right one.
 * @returns nothing for what is not a nonce, or longer than 256 characters. Never throws.
 */
export function readNonce(header: string | null): string | undefined {
  return header !== null && nonceText.test(header) ? header : undefined;
}
