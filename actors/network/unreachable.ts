// What is said of a server that gave no answer: in a page of a browser, CORS may be the reason, and browsers do not tell.
import { type Failure, failure, type Phase } from '../../contract/errors.ts';
import { brokenAnswer, codeOf } from '../../protocol/connection.ts';

/** A page or a worker of a browser has an address of its own; programs elsewhere have none. */
const isInBrowser = (): boolean => typeof location === 'object';

/**
 * The failure of a request that got no answer.
 * @param thrown what `fetch` rejected with. Only its code is told: its text may quote what was sent.
 * @param host host and port of the server.
 * @see Fetch Standard, CORS check
 */
export function unreachable(thrown: unknown, host: string, phase: Phase): Failure {
  const code = thrown instanceof Error ? codeOf(thrown.cause) : undefined;
  const broken = brokenAnswer(code, host);
  if (broken !== undefined) return failure('unreachable', phase, broken);
  const why = code === undefined ? '' : ` (${code})`;
  const advice = isInBrowser()
    ? 'check the network, and that the server lets pages of other origins read its answers (CORS), and try again later'
    : 'check the network and try again later';
  return failure('unreachable', phase, `${host} could not be reached${why}; ${advice}.`);
}
