// How a server or resource of a test world misbehaves when a test says so: any step, by an answer or by a fault of the network.
import { invalid, type Judge, must, object, optional, type Shape } from '../../protocol/options.ts';
import type { Step, TestRequest } from './record.ts';

/** What happens to a request in place of an HTTP answer. */
export type Fault =
  /** The connection is cut. */
  | { readonly fault: 'cut' }
  /** Nothing is answered until the client gives up. */
  | { readonly fault: 'hang' }
  /** These bytes are sent as they are; then the connection is cut, or left open. On loopback only. */
  | {
      readonly fault: 'raw';
      readonly bytes: string | Uint8Array | AsyncIterable<string | Uint8Array>;
      readonly then: 'cut' | 'hang';
    };

/** Faults of the network, to return from a misbehaviour. */
export const faults = {
  /** The connection is cut before anything is answered. */
  cut: { fault: 'cut' },
  /** Nothing is answered until the client gives up, or the world is closed. */
  hang: { fault: 'hang' },
  /**
   * Sends bytes as they are, in place of HTTP that `Response` can say. It needs a port: see `serveTestWorld`.
   * @param then what comes after them. Default: the connection is cut.
   */
  raw: (
    bytes: string | Uint8Array | AsyncIterable<string | Uint8Array>,
    then: 'cut' | 'hang' = 'cut',
  ): Fault => ({ fault: 'raw', bytes, then }),
} as const satisfies Record<string, Fault | ((...args: never[]) => Fault)>;

/** Which requests are meant: those that fit all members. */
export interface Where {
  /** The name of a server or resource. Default: any. */
  readonly to?: string;
  /** Default: any. */
  readonly step?: Step;
  /** Looks at the request itself; its secrets are in `raw`. Default: any. */
  readonly when?: (request: TestRequest) => boolean;
}

/**
 * Answers a request instead of its server.
 * @param correctly what the server would have answered. The server then does what belongs to it, such as issuing tokens.
 */
export type Misbehaviour = (
  request: TestRequest,
  correctly: () => Promise<Response>,
) => Response | Fault | Promise<Response | Fault>;

/**
 * A misbehaviour that changes the JSON of a correct answer: `changing((document) => ({ ...document, issuer: 'https://b.test' }))`.
 */
export function changing(change: (document: Readonly<Record<string, unknown>>) => unknown): Misbehaviour {
  return async (_request, correctly) => {
    const response = await correctly();
    const { status, headers } = response;
    return new Response(JSON.stringify(change(await response.json())), { status, headers });
  };
}

/** How often a misbehaviour is played. */
export interface MisbehaveOptions {
  /** So many requests at most. Default: all, until it is ended. */
  readonly times?: number;
}

interface Planned {
  readonly where: Where;
  readonly how: Misbehaviour;
  left: number;
}

const steps: Readonly<Record<Step, true>> = {
  call: true,
  'resource-metadata': true,
  'server-metadata': true,
  registration: true,
  'client-management': true,
  authorization: true,
  token: true,
  revocation: true,
  device: true,
};

/** What was asked of a world so far. */
export class Misbehaviours {
  readonly #planned = new Set<Planned>();
  readonly #shape: Shape<Where>;

  /** @param place judges the names of servers and resources. */
  constructor(place: Judge) {
    this.#shape = {
      to: optional(place),
      step: optional(
        must(`one of ${Object.keys(steps).join(', ')}`, (value) => Object.hasOwn(steps, String(value))),
      ),
      when: optional(must('a function', (value) => typeof value === 'function')),
    };
  }

  /** @returns ends it. */
  plan(where: Where, how: Misbehaviour, { times = Number.POSITIVE_INFINITY }: MisbehaveOptions): () => void {
    object(this.#shape)(where, 'where');
    if (typeof how !== 'function') invalid('how must be a function that answers a request.');
    if (!(times >= 1)) invalid('times must be a number, 1 or more.');
    const planned: Planned = { where, how, left: times };
    this.#planned.add(planned);
    return () => void this.#planned.delete(planned);
  }

  /** The latest that fits a request; it counts as played. */
  next(request: TestRequest): Misbehaviour | undefined {
    const found = [...this.#planned].reverse().find(({ where }) => fits(where, request));
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#planned.delete(found);
    return found.how;
  }
}

const fits = ({ to, step, when }: Where, request: TestRequest): boolean =>
  (to === undefined || to === request.to) &&
  (step === undefined || step === request.step) &&
  (when === undefined || when(request));
