// What `doctor` finds of one server: whether it can be reached from here, and whether the clocks agree.
import { nodeFetch } from '../../adapters/node.ts';
import { codeOf, connectionFailure } from '../../protocol/connection.ts';
import { shown } from '../../protocol/text.ts';
import { duration } from '../words.ts';
import { about, type Finding } from './finding.ts';

/** How long a server may take to answer, in milliseconds. */
const PATIENCE = 10_000;
/** How far two clocks may be apart, in milliseconds, before signed tokens are taken for old or for not valid yet. */
const TOLERANCE = 60_000;

/** Sends one GET without a token, and follows nothing. */
export async function serverFindings(url: string, caFile: string | undefined): Promise<readonly Finding[]> {
  const { host } = new URL(url);
  const { good, bad } = about('Server');
  const sent = Date.now();
  try {
    const fetch = nodeFetch(caFile === undefined ? {} : { caFile });
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) });
    const received = Date.now();
    await response.body?.cancel();
    const reached = good(
      `${shown(host)} answers (${response.status})`,
      `authchart explain ${shown(url, 2048)}`,
    );
    return [reached, clock(response.headers.get('date'), sent, received)];
  } catch (thrown) {
    return [
      bad(troubleWith(thrown, host), 'check the address, the network, and what is said of proxies here'),
    ];
  }
}

function troubleWith(thrown: unknown, host: string): string {
  if (thrown instanceof Error && thrown.name === 'TimeoutError')
    return `${shown(host)} did not answer within ${PATIENCE / 1000} seconds`;
  const known = connectionFailure(thrown, host, 'requesting');
  if (known) return known.message.replace(/\.$/, '');
  const code = thrown instanceof Error ? codeOf(thrown.cause) : undefined;
  return `${shown(host)} cannot be reached${code === undefined ? '' : ` (${code})`}`;
}

/** The `Date` of an answer has whole seconds, and was written between the two moments. */
function clock(date: string | null, sent: number, received: number): Finding {
  const { good, note, bad } = about('Clock');
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return note('cannot be compared: the server says no time');
  const ahead = Math.max(0, sent - theirs - 1000) || Math.min(0, received - theirs);
  if (Math.abs(ahead) <= TOLERANCE) return good('agrees with that of the server');
  const how = `${duration(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'}`;
  return bad(
    `of this machine is ${how} that of the server`,
    'set the clock: tokens look expired, or not valid yet',
  );
}
