// What another tool left behind, in neutral terms. Nothing of it is believed yet, least of all whose it is.
import { AuthError, type Failure } from '../../contract/errors.ts';
import type { RegisteredClient } from '../../protocol/registration.ts';

/** Part of a record that says, or does not say, which authorization server made it. */
interface Stamped {
  readonly issuer?: string;
}

export type FoundClient = RegisteredClient & Stamped;

/** Without an expiry: what the records say of it counts from a time that nobody wrote down. */
export interface FoundTokens extends Stamped {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** Absent when the record does not say. */
  readonly granted?: readonly string[];
}

/** One login. Holds secrets. */
export interface FoundLogin {
  /** The files that it was found in. */
  readonly from: readonly string[];
  /** The resource that a person said it is for. */
  readonly resource: string;
  /** The `resource` parameter that it was asked for with, where that is known. */
  readonly audience?: string;
  readonly client?: FoundClient;
  readonly tokens?: FoundTokens;
  /** Files with older logins of the same kind, which are left alone. */
  readonly older?: readonly string[];
}

/** What there is in the files of another tool. */
export interface Found {
  readonly logins: readonly FoundLogin[];
  /** Files that are broken, or must not be used; each names its file. */
  readonly failures: readonly Failure[];
  /** Files of resources that nobody has named. */
  readonly unknown: readonly string[];
}

/** Goes on where a file is broken, and notes why. */
export async function noting<Read>(
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
