// How far from the public an address is, and what a resource may therefore name (DISC-14).
import ipaddr from 'ipaddr.js';
import { type AddressVerdict, judgeAddress } from './address.ts';
import { urlOf } from './url.ts';

/**
 * Where an address is: anywhere; in a network of its own; on one cable, where machines of a cloud find their credentials;
 * on this machine; or nowhere that a request can go to.
 */
export type Reach = 'public' | 'private' | 'link-local' | 'loopback' | 'nowhere';

type Range = ReturnType<ipaddr.IPv4['range']> | ReturnType<ipaddr.IPv6['range']>;

/** Every other range of the library is for nothing that is asked here. */
const reaches: Partial<Readonly<Record<Range, Reach>>> = {
  unicast: 'public',
  private: 'private',
  uniqueLocal: 'private',
  carrierGradeNat: 'private',
  linkLocal: 'link-local',
  loopback: 'loopback',
};

/** Where an IPv6 address has its IPv4 address, in bytes from the start. @see RFC 6052 §2.2, RFC 3056 §2, RFC 4291 §2.5.5 */
const embedded: Partial<Readonly<Record<Range, number>>> = { ipv4Mapped: 12, rfc6052: 12, '6to4': 2 };

/**
 * Where an IP address is; `nowhere` for what is none. An address that stands for an IPv4 address is where that one is.
 * @see RFC 6890
 */
export function reachOfAddress(text: string): Reach {
  if (!ipaddr.isValid(text)) return 'nowhere';
  const address = ipaddr.parse(text);
  const range = address.range();
  const at = embedded[range];
  if (at === undefined && range === 'unicast' && !isGlobal(address)) return 'nowhere';
  if (at === undefined) return reaches[range] ?? 'nowhere';
  const inner = ipaddr.fromByteArray(address.toByteArray().slice(at, at + 4));
  return reaches[inner.range()] ?? 'nowhere';
}

/**
 * Of IPv6, only 2000::/3 was ever given to public servers: the rest is old forms with an IPv4 address in them
 * (::10.0.0.1), or nobody's.
 * @see RFC 4291 §2.4, §2.5.5.1
 */
function isGlobal(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const [first = 0] = address.toByteArray();
  return address.kind() === 'ipv4' || (first & 0xe0) === 0x20;
}

/** Names that only a network of its own, or this machine, knows. @see RFC 6761, RFC 6762 §3, RFC 8375, ICANN on `.internal` */
const privateNames = /(?:^|\.)(?:internal|local|localdomain|lan|intranet|corp|home|private|home\.arpa)$/;

/** Where the host of a URL is, as far as its name says. */
export function reachOf({ hostname }: Pick<URL, 'hostname'>): Reach {
  const host = hostname
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host)) return reachOfAddress(host);
  if (/(?:^|\.)localhost$/.test(host)) return 'loopback';
  return privateNames.test(host) || !host.includes('.') ? 'private' : 'public';
}

/** Why what is there may not be asked for a resource that is here; nothing when it may. */
export function reachReason(resource: Reach, there: Reach): string | undefined {
  if (there === 'public') return undefined;
  if (there === 'loopback')
    return resource === 'loopback' ? undefined : 'it points to this machine, and the resource is elsewhere';
  if (there === 'nowhere') return 'its address is one that no server has';
  if (there === resource || (there === 'private' && resource !== 'public')) return undefined;
  return there === 'private'
    ? 'it is in a private network, and the resource is not; allow its origin with policy.dangerouslyAllowPrivateAddressAt if you know it'
    : 'it is a link-local address, where machines of a cloud find their credentials, and the resource is elsewhere; allow its origin with policy.dangerouslyAllowPrivateAddressAt if you know it';
}

/**
 * Judges an address that a stranger named, before anything is sent there: as `judgeAddress` does, and a public resource
 * names nothing that is private, link-local or reserved.
 * @param resource the protected resource of the session.
 * @param allowed origins that the host knows, wherever they are.
 * @see RFC 9728 §7.7, MCP Security Best Practices, Server-Side Request Forgery
 */
export function judgeNamedAddress(
  text: string,
  resource: string,
  allowed: readonly string[] = [],
): AddressVerdict {
  const verdict = judgeAddress(text, resource);
  if (!verdict.ok || allowed.includes(verdict.url.origin)) return verdict;
  const home = urlOf(resource);
  const reason = reachReason(home ? reachOf(home) : 'public', reachOf(verdict.url));
  return reason === undefined ? verdict : { ok: false, reason };
}
