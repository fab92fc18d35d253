// What is fixed during one walk: how the host is set up, and which of all the things that can happen do happen.

import type { GrantStrategy } from '../../contract/facts.ts';
import type { Interaction } from '../../machines/context.ts';

export type Letter = 'a' | 'b';

/** What an authorization server says that it can do. */
export type ServerKind = 'full' | 'wants pushes' | 'takes documents' | 'poor';

/** What a start may find in the store. */
export type Memory =
  | 'nothing'
  | 'a grant'
  | 'a newer grant'
  | 'a grant that is due'
  | 'a login under way'
  | 'a login under way that was shown'
  | 'a grant and a login under way'
  | 'a grant and an answered login'
  | 'an answered login';

/** What the bind-check may find. */
export type Finding =
  | 'nothing'
  | 'nothing and no way to register'
  | 'a registration'
  | 'a registration and no way to another'
  | 'a client of the host’s own'
  | 'a grant'
  | 'a newer grant'
  | 'a grant that is due'
  | 'a grant that cannot be renewed'
  | 'a grant without its client'
  | 'a grant that is due without its client'
  | 'credentials of another issuer'
  | 'credentials of nobody';

/**
 * Kinds of failure: a server is away, or says no; the store is away; the host's own part fails; a person denies; a
 * client is forgotten; an answer is not what it should be.
 */
export type Trouble =
  | 'outage'
  | 'refusal'
  | 'store'
  | 'host'
  | 'denial'
  | 'lost client'
  | 'hostility'
  /** A sibling was faster. */
  | 'sibling';

export interface Setting {
  readonly name: string;
  readonly strategy: GrantStrategy;
  readonly interaction: Interaction;
  /** Scopes beyond which nothing may be asked for; null: no ceiling. */
  readonly ceiling: readonly string[] | null;
  /** Lists of authorization servers that the resource may name. */
  readonly lists: readonly (readonly Letter[])[];
  /** What the resource may list as its scopes; null: nothing. */
  readonly offers: readonly (readonly string[] | null)[];
  readonly servers: readonly ServerKind[];
  readonly memories: readonly Memory[];
  readonly findings: readonly Finding[];
  /** Scopes that the resource may ask more for, by a 403; '' for one that names none. */
  readonly more: readonly string[];
  /** Scopes that a person asks for with a login; '' for none in particular. Empty: nobody logs in unasked. */
  readonly loginScopes: readonly string[];
  /** Whether the resource answers with 401, too. */
  readonly refuses: boolean;
  /** Whether servers may grant fewer scopes than they were asked for. */
  readonly grantsLess: boolean;
  /** Whether grants fall due. */
  readonly ages: boolean;
  /** Whether other processes change the store. */
  readonly siblings: boolean;
  /** How many redirect URIs the user agent may come up with. */
  readonly redirects: 1 | 2;
  /** What goes wrong. */
  readonly troubles: readonly Trouble[];
}
