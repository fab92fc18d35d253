// The token that a session gave out last: says which grant an answer speaks of, where the host sends requests itself.
import type { UsableToken } from './useGrant.ts';

/** One token at a time: the host says which header an older answer is about. */
export class GivenOut {
  #last: { readonly authorization: string; readonly version: string } | undefined;

  remember({ accessToken, isBound, version }: UsableToken): void {
    this.#last = { authorization: `${isBound ? 'DPoP' : 'Bearer'} ${accessToken}`, version };
  }

  /**
   * @param authorization the header that was sent; undefined: the one that was given out last.
   * @returns nothing when no token was sent; '' for one that is not known any more, and so an older one.
   */
  versionSent(authorization: string | null | undefined): string | null {
    if (authorization === null) return null;
    if (authorization === undefined) return this.#last?.version ?? null;
    return authorization === this.#last?.authorization ? this.#last.version : '';
  }

  /** @param authorization as for `versionSent`. @returns the token in it. */
  tokenSent(authorization: string | null | undefined): string | undefined {
    const header = authorization === undefined ? this.#last?.authorization : authorization;
    return header?.split(' ')[1];
  }
}
