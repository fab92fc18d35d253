// What a case of the torture suite is: a few sentences for the person who reads the report, and a short play.
import type { TestWorldOptions } from '../../adapters/testing/options.ts';
import type { RequirementId } from '../../contract/requirements.ts';
import type { ThreatId } from '../../contract/threats.ts';
import type { Stage } from './stage.ts';

/** A row of one of the two registers: it has the sentence, and the section of the specification. */
export type Source = RequirementId | ThreatId;

/** What a case needs that is not everywhere. */
type Need =
  /** A client that keeps its login when its process ends. */
  | 'memory'
  /** A network of its own, in which every address leads to this machine. */
  | 'network';

/** A case, without its kind. */
export interface Case {
  /** Unlike any other of its kind. */
  readonly name: string;
  /** What the servers do, in one sentence. */
  readonly title: string;
  /** What a correct client does, in one sentence. */
  readonly wants: string;
  readonly source: readonly [Source, ...Source[]];
  /** What happens to people whose client does not, in one sentence. */
  readonly why: string;
  readonly needs?: Need;
  /** How long a process may take at least, in milliseconds: for clients that wait for a process that has died. */
  readonly patience?: number;
  /** What the world of this case is made of. */
  readonly world?: TestWorldOptions;
  /** Plays it. It throws a `Fault` when the client does not do what is wanted. */
  readonly play: (stage: Stage) => Promise<void>;
}

/** Cases about one thing. */
export interface Kind {
  readonly kind: string;
  /** What they are about, in one sentence. */
  readonly about: string;
  readonly cases: readonly Case[];
}

/** What a client did that it should not, or did not do. The message is one sentence, and holds no secret. */
export class Fault extends Error {
  override readonly name = 'Fault';
}
