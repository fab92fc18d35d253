// The name resolution of connections that a stranger named: what is checked is what is connected to (D04, D05).
import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { resolvedReason } from '../../actors/network/resolution.ts';
import { AddressError } from '../../protocol/connection.ts';
import type { Reach } from '../../protocol/reach.ts';

/** Resolves names, and refuses those that lead where the resource may name nothing. @param resource where the resource is. */
export function lookupFor(resource: Reach): LookupFunction {
  return (hostname, options, callback) => {
    dns.lookup(hostname, { ...options, all: true }, (error, found) => {
      const reason = error
        ? undefined
        : resolvedReason(
            resource,
            found.map(({ address }) => address),
          );
      if (error) callback(error, '');
      else if (reason !== undefined) callback(new AddressError(reason), '');
      else if (options.all) callback(null, found);
      else callback(null, found[0]?.address ?? '', found[0]?.family);
    });
  };
}
