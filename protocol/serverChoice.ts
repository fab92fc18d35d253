// Choosing one of the authorization servers that a resource lists: the bound one, one that was, one of the host's own, else
// the first (DISC-5).
import { type Failure, failure } from '../contract/errors.ts';
import { shown } from './text.ts';

/** What the choice is made of. */
export interface ServerEvidence {
  /** In the order of the resource's metadata. */
  readonly listed: readonly string[];
  /** Listed servers that could not be used. */
  readonly passedOver: readonly string[];
  /** Every issuer that the resource was bound to, and the one that it is bound to now; null when it never was. */
  readonly binding: { readonly current: string; readonly issuers: readonly string[] } | null;
  /** Issuers that the host has credentials of. */
  readonly hostIssuers: readonly string[];
  /** Listed servers whose own name may differ by one slash at the end. */
  readonly ignoresSlashOf: readonly string[];
}

/** A server that may be used, and how well it is known. */
export interface ServerPreference {
  /** Listed, and not passed over. */
  readonly open: readonly string[];
  /** Null when none is open. */
  readonly preferred: string | null;
  /** The issuer that the resource is bound to, by its listed name where it is open. */
  readonly bound: string | undefined;
}

/**
 * Which of the listed servers is to be used. The same evidence leads to the same server.
 * @see RFC 9728 §7.6
 */
export function preferServer(evidence: ServerEvidence): ServerPreference {
  const { listed, passedOver, binding, hostIssuers } = evidence;
  const open = listed.filter((issuer) => !passedOver.includes(issuer));
  const known = (issuers: readonly string[]): string | undefined =>
    open.find((issuer) => namesOf(issuer, evidence).some((name) => issuers.includes(name)));
  const current = binding ? known([binding.current]) : undefined;
  const preferred = current ?? known(binding?.issuers ?? []) ?? known(hostIssuers) ?? open[0] ?? null;
  return { open, preferred, bound: current ?? binding?.current };
}

/**
 * Whether a listed server is the one that the resource is bound to now.
 * @see RFC 8414 §2
 */
export function isBoundServer(issuer: string, evidence: ServerEvidence): boolean {
  const { binding } = evidence;
  return binding !== null && namesOf(issuer, evidence).includes(binding.current);
}

/** What a listed server may call itself: its own name is the one that is bound. */
function namesOf(listed: string, { ignoresSlashOf }: ServerEvidence): readonly string[] {
  if (!ignoresSlashOf.includes(listed)) return [listed];
  return [listed, listed.endsWith('/') ? listed.slice(0, -1) : `${listed}/`];
}

/** The choice of the host: one of the list, or refused. */
export type HostChoice =
  | { readonly kind: 'listed'; readonly issuer: string }
  | { readonly kind: 'refused'; readonly failure: Failure };

/**
 * Holds the host's own choice to the list; another one is `config_invalid`.
 * @see RFC 9728 §7.6
 */
export function judgeHostChoice(chosen: unknown, open: readonly string[]): HostChoice {
  const issuer = open.find((one) => one === chosen);
  if (issuer !== undefined) return { kind: 'listed', issuer };
  const message = `policy.selectServer names a server that is not among those that can be used here; choose one of ${shown(open.join(', '), 500)}.`;
  return { kind: 'refused', failure: failure('config_invalid', 'discovering', message) };
}
