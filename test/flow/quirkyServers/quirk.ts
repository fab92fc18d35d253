// What a row of the table says: who is met so, what is different there, which option helps, and how it ends.
import type { EngineOptions, FailureCode } from '../../../index.ts';
import type { Answer, Place, Received, World } from '../../support/world.ts';

/** A request line of one place. */
type Line = `${Place} ${'GET' | 'POST'} /${string}`;

/** How a login ends that is refused. */
export interface Refused {
  readonly code: FailureCode;
  /** What the sentence says that helps. */
  readonly says: string | RegExp;
}

/** A server that is known for something. In its texts `{a}`, `{b}` and `{rs}` are the origins of the places. */
export interface QuirkyServer {
  /** Names the row here and on the page. */
  readonly id: string;
  readonly who: string;
  /** What is different there, for people. */
  readonly quirk: string;
  /** What helps, for people, where it is not an option alone. */
  readonly helps?: string;
  /** What its metadata says besides; a null leaves a member out. */
  readonly server?: Readonly<Record<string, unknown>>;
  /** The same of the metadata of the resource. */
  readonly resource?: Readonly<Record<string, unknown>>;
  /** How it answers where a correct server would answer otherwise. */
  readonly answers?: Readonly<
    Partial<Record<Line, Answer | ((one: Received, world: World) => Answer | undefined)>>
  >;
  /** What is set for it. */
  readonly options?: Partial<EngineOptions>;
  /** How it ends without what is set. */
  readonly without?: Refused;
  /** How it ends; left out: logged in, and the call is answered. */
  readonly refused?: Refused;
  /** The token is renewed as well. */
  readonly renews?: true;
  /** How many pages a person sees. Default 1. */
  readonly pages?: 0 | 2;
}

/** A text or data with the origins of this world in it. */
export function at<Of>(of: Of, { origins }: World): Of {
  if (typeof of === 'string')
    return of.replace(
      /\{(a|b|rs)\}/g,
      (_, place: string) => origins[place === 'rs' ? 'resource' : (place as Place)],
    ) as Of;
  if (Array.isArray(of)) return of.map((one) => at(one, { origins } as World)) as Of;
  if (typeof of !== 'object' || of === null || Object.getPrototypeOf(of) !== Object.prototype) return of;
  return Object.fromEntries(
    Object.entries(of).map(([name, value]) => [
      at(name, { origins } as World),
      at(value, { origins } as World),
    ]),
  ) as Of;
}

/** A client that was registered by hand. */
export const byHand = (more: object = {}) => ({
  client: { name: 'tests', preRegistered: [{ issuer: '{a}', clientId: 'by-hand', ...more }] },
});
