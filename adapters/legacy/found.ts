// Logins that were found in the files of another tool. They are not checked yet: `importLogins` does that.
import { AuthError, type Failure } from '../../contract/errors.ts';
import type { RegisteredClient } from '../../protocol/registration.ts';

/** A record that may name the authorization server that issued it. */
export interface WithIssuer {
  readonly issuer?: string;
}

/** The client that a login was made with. Holds secrets. */
export type FoundClient = RegisteredClient & WithIssuer;

/** The tokens of a login. There is no expiry, since the records do not say from which time it counts. Holds secrets. */
export interface FoundTokens extends WithIssuer {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** The scopes of the tokens. Absent when the record does not say. */
  readonly granted?: readonly string[];
}

/** One login. Holds secrets. */
export interface FoundLogin {
  /** The files that it was found in. */
  readonly from: readonly string[];
  /** The resource that a person said it is for. */
  readonly resource: string;
  /** The `resource` parameter that was sent when it was made, if that is known. */
  readonly audience?: string;
  readonly client?: FoundClient;
  readonly tokens?: FoundTokens;
  /** Files with older logins of the same resource. They are not imported. */
  readonly older?: readonly string[];
}

/** All that was found in the files of another tool. */
export interface Found {
  readonly logins: readonly FoundLogin[];
  /** Why files were left out. Each failure names its file. */
  readonly failures: readonly Failure[];
  /** Files of resources that nobody has named. */
  readonly unknown: readonly string[];
}

/**
 * Reads something, and adds an AuthError to the failures, so that other files are still read.
 * @returns nothing when reading failed.
 */
export async function orFailure<Read>(
  failures: Failure[],
  read: () => Promise<Read>,
): Promise<Read | undefined> {
  try {
    return await read();
  } catch (thrown) {
    if (!(thrown instanceof AuthError)) throw thrown;
    failures.push(thrown.toFailure());
    return undefined;
  }
}
