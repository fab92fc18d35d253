// What actors work with: the options of the host, the door to the network, the records, the user agent, the clock.
import type { Grant, SessionId } from '../../contract/facts.ts';
import type { Work } from '../../contract/work.ts';
import type { RegistrationTry } from '../../protocol/registrationRefusal.ts';
import type { GrantRecord, Records, RegistrationRecord, Versioned } from '../../stores/records.ts';
import type { Door } from '../network/door.ts';
import type { Dpop } from '../network/dpop.ts';
import type { RememberedAnswers } from '../network/rememberedAnswers.ts';
import type { HeadersFor } from '../network/resourceHeaders.ts';
import type { Standstills } from '../records/standstills.ts';
import type { RefusedRenewals } from '../tokens/refusedRenewals.ts';
import type { AttendedLogins } from './attendedLogins.ts';
import type { HostTools } from './hostOptions.ts';
import type { Shared } from './shared.ts';

/** A renewed grant that is in memory only. */
interface Unsaved {
  readonly value: GrantRecord;
  readonly before: Versioned<GrantRecord>;
  readonly spent: string;
}

/** What the actors of one engine share. */
export interface Tools extends HostTools {
  readonly records: Records;
  /** The door to the network. It reports its exchanges to this session. */
  readonly doorOf: (session: SessionId) => Door;
  /** The host's own headers of a request to the origin of a resource. */
  readonly headersFor: HeadersFor;
  /** Reports a registration request and its answer to this session. It never throws. */
  readonly tellRegistration: (session: SessionId, one: RegistrationTry) => void;
  /**
   * Reports that a sibling's work is waited for, so many milliseconds at most. It never throws.
   */
  readonly tellWaiting: (session: SessionId, on: 'renewal' | 'registration' | 'login', most: number) => void;
  /** Renewed grants that could not be stored yet, by key: with the version to replace, and the token that was spent. */
  readonly unsaved: Map<string, Unsaved>;
  /** Registrations that are running. Sessions that start at the same time share one (R13). */
  readonly registering: Shared<RegistrationRecord>;
  /** Refreshes that servers have refused for good, lately. */
  readonly refusedRenewals: RefusedRenewals;
  /** How long what siblings have begun has stood still. */
  readonly standstills: Standstills;
  /** Refreshes that are running, by grant. All charts share one, and it always runs to its end. */
  readonly refreshing: Shared<Grant>;
  readonly dpop: Dpop;
  /** Metadata that was read lately, for all sessions. */
  readonly remembered: RememberedAnswers;
  /** Logins that charts of this engine present, or wait for. */
  readonly attended: AttendedLogins;
  /** The name of this engine for the other engines that share its store. */
  readonly holder: string;
  /** Whether the process of the engine of that name has ended for certain. */
  readonly isGone: (holder: string | undefined) => boolean;
  /** How long to wait for the refresh of another engine before it counts as failed, in milliseconds. */
  readonly leaseTerm: number;
}

/** An actor: a function of the tools, which returns a function of the chart's input and the signal that ends it. */
export type Act<Name extends keyof Work> = (
  tools: Tools,
) => (input: Work[Name]['input'], signal: AbortSignal) => Promise<Work[Name]['output']>;

/**
 * Which of our registrations at one issuer to use. There is one for each kind of user agent, since redirect URIs and
 * grant types depend on it.
 */
export function registrationPlace({ client, userAgent }: Pick<Tools, 'client' | 'userAgent'>): string {
  return client.grant?.kind === 'device' ? 'device' : userAgent.name;
}
