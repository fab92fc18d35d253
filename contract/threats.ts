// The threat register: what may be fed to the engine or fail around it, each with an id that code and tests cite.
import { authorizationThreats } from './threats/authorization.ts';
import { challengeThreats } from './threats/challenges.ts';
import { concurrencyThreats } from './threats/concurrency.ts';
import { discoveryThreats } from './threats/discovery.ts';
import { leakThreats } from './threats/leaks.ts';
import { migrationThreats } from './threats/migration.ts';
import { platformThreats } from './threats/platform.ts';
import { registrationThreats } from './threats/registration.ts';
import { stepUpThreats } from './threats/stepUp.ts';
import { storeThreats } from './threats/stores.ts';
import { tokenThreats } from './threats/tokens.ts';

/** Each threat by its id: what is fed or what fails, and what the engine must do. In Markdown. */
export const threats = {
  ...discoveryThreats,
  ...challengeThreats,
  ...registrationThreats,
  ...authorizationThreats,
  ...tokenThreats,
  ...storeThreats,
  ...concurrencyThreats,
  ...stepUpThreats,
  ...migrationThreats,
  ...leakThreats,
  ...platformThreats,
} as const satisfies Readonly<Record<string, string>>;

/** An id of the register, such as `D22`: what code and tests cite. */
export type ThreatId = keyof typeof threats;

type LetterOf<Id extends string> = Id extends `${infer Letter}${number}` ? Letter : never;

/** What the letter means that an id begins with. */
export const threatKinds: Readonly<Record<LetterOf<ThreatId>, string>> = {
  D: 'Discovery',
  W: 'Challenges',
  R: 'Registration',
  A: 'Authorization request and response',
  T: 'Token endpoint',
  S: 'Stored records',
  C: 'Concurrency and cancellation',
  U: 'Step-up and scopes',
  M: 'Migration and mix-up',
  L: 'Secrecy',
  P: 'Platform and supply',
};
