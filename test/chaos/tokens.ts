// Tokens of users who logged in before a run begins: the servers and the store's records are made of the same ones.

/** How long the access tokens of most of them live on, in milliseconds. */
const DAY = 86_400_000;
/** One of so many has an access token that has run out. */
const RUN_OUT = 4;

/** The name of a user, by their number. */
export const userOf = (number: number): string => `u${number}`;

export function seededTokens(
  user: string,
  now: number,
): { readonly access: string; readonly refresh: string; readonly expiresAt: number } {
  const hasRunOut = Number(user.slice(1)) % RUN_OUT === 0;
  const expiresAt = hasRunOut ? now - DAY : now + DAY;
  return { access: `access-of-${user}`, refresh: `refresh-of-${user}`, expiresAt };
}
