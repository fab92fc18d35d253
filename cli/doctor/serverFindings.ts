// What `doctor` finds of one server: whether it can be reached from here, answers as a resource does, and has the same time.
import { nodeFetch } from '../../adapters/node.ts';
import { codeOf, connectionFailure } from '../../protocol/connection.ts';
import { isOutage } from '../../protocol/outage.ts';
import { shown } from '../../protocol/text.ts';
import { answerOf, type FirstAnswer, firstRequest } from '../askResource.ts';
import { answerText, isRedirect, looksLikeNone } from '../explain/findings.ts';
import { tryLogin } from '../explain/trial.ts';
import { NOT_ELSEWHERE, TRY_LATER, withoutMetadata } from '../explain/whatToDo.ts';
import type { SessionFlags } from '../options.ts';
import type { Host } from '../perform.ts';
import { duration, shellWord } from '../words.ts';
import { about, type Finding } from './finding.ts';

/** How long a server may take to answer, in milliseconds. */
const PATIENCE = 10_000;
/** How far two clocks may be apart, in milliseconds, before signed tokens are taken for old or for not valid yet. */
const TOLERANCE = 60_000;

/** A login without any flags. */
const plainFlags: SessionFlags = { userAgent: 'browser', registration: true, grant: 'code' };

/**
 * Sends one GET without a token, and follows nothing. Where the answer is none of a resource, it looks for metadata, as
 * `explain` does.
 */
export async function serverFindings(
  host: Host,
  url: string,
  caFile: string | undefined,
): Promise<readonly Finding[]> {
  const sent = Date.now();
  const response = await ask(url, caFile).catch((thrown: unknown) => troubleWith(thrown, new URL(url).host));
  if (typeof response === 'string')
    return [
      about('Server').bad(response, 'check the address, the network, and what is said of proxies here'),
    ];
  const received = Date.now();
  const answer = await answerOf(response);
  const hasMetadata = async (): Promise<boolean> => {
    const quietly = { ...host, printer: { ...host.printer, progress: () => {} } };
    const flags = { ...plainFlags, ...(caFile !== undefined && { ca: caFile }) };
    const { context } = await tryLogin(quietly, url, flags);
    return context.resourceMetadata !== null;
  };
  const isNone = (looksLikeNone(answer) || isRedirect(answer)) && !(await hasMetadata());
  return [answered(url, answer, isNone), clock(response.headers.get('date'), sent, received)];
}

function ask(url: string, caFile: string | undefined): Promise<Response> {
  const fetch = nodeFetch(caFile === undefined ? {} : { caFile });
  return fetch(url, { ...firstRequest, signal: AbortSignal.timeout(PATIENCE) });
}

/** In the words of `explain`. */
function answered(url: string, answer: FirstAnswer, isNone: boolean): Finding {
  const { good, note, bad } = about('Server');
  const { status } = answer;
  const text = `${shown(new URL(url).host)} ${answerText(answer, false)}`;
  if (isOutage(status)) return bad(text, asAdvice(TRY_LATER));
  if (isNone) return bad(text, asAdvice(isRedirect(answer) ? NOT_ELSEWHERE : withoutMetadata(answer)));
  const todo = `authchart explain ${shellWord(shown(url, 2048))}`;
  return status < 300 || status === 401 ? good(text, todo) : note(text, `${todo} says more`);
}

/** Advice follows an arrow here. */
const asAdvice = (sentence: string): string =>
  sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');

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
