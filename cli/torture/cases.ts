// All cases of the torture suite, by kind.
import type { Case, Kind } from './case.ts';
import { addressesKind } from './cases/addresses.ts';
import { authorizationKind } from './cases/authorization.ts';
import { callsKind } from './cases/calls.ts';
import { challengeKind } from './cases/challenge.ts';
import { filesKind } from './cases/files.ts';
import { moveKind } from './cases/move.ts';
import { refreshKind } from './cases/refresh.ts';
import { registrationKind } from './cases/registration.ts';
import { resourceMetadataKind } from './cases/resourceMetadata.ts';
import { responseKind } from './cases/response.ts';
import { restartKind } from './cases/restart.ts';
import { serverMetadataKind } from './cases/serverMetadata.ts';
import { severalKind } from './cases/several.ts';
import { tokenKind } from './cases/token.ts';

/** In the order of a login. */
export const kinds: readonly Kind[] = [
  callsKind,
  resourceMetadataKind,
  serverMetadataKind,
  challengeKind,
  registrationKind,
  authorizationKind,
  responseKind,
  tokenKind,
  refreshKind,
  moveKind,
  restartKind,
  filesKind,
  severalKind,
  addressesKind,
];

/** A case with its id, such as `refresh/rotates`. */
export interface NamedCase extends Case {
  readonly id: string;
  readonly kind: string;
}

/** All of them. */
export const cases: readonly NamedCase[] = kinds.flatMap(({ kind, cases: own }) =>
  own.map((one) => ({ ...one, kind, id: `${kind}/${one.name}` })),
);

/** Those that a person names: by their kind, or by their id. @returns nothing for a name that none has. */
export function casesNamed(names: readonly string[]): readonly NamedCase[] | undefined {
  if (names.length === 0) return cases;
  const isNamed = ({ id, kind }: NamedCase, name: string): boolean => id === name || kind === name;
  if (names.some((name) => !cases.some((one) => isNamed(one, name)))) return undefined;
  return cases.filter((one) => names.some((name) => isNamed(one, name)));
}
