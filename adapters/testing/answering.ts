// Who answers a request in a test world: an outage, a misbehaviour, or a correct server; and what is written down of it.
import { type Incoming, mistake, Refused, type Reply, responseOf } from './answers.ts';
import { failed } from './fetching.ts';
import type { WorldState } from './ledger.ts';
import { type Fault, faults, type Misbehaviours } from './misbehaviour.ts';
import type { Exchange, TestRecord } from './record.ts';
import { answerAsServer } from './servers/authorizationServer.ts';
import { answerAsResource } from './servers/resource.ts';
import { placeAt } from './state.ts';
import type { Outage } from './tricks.ts';

/** Counts what is under way, but for what waits for time to pass. */
export class Busy {
  #count = 0;

  /** Whether anything is. */
  readonly now = (): boolean => this.#count > 0;

  /** Is under way as long as the work. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#count += 1;
    try {
      return await work();
    } finally {
      this.#count -= 1;
    }
  }

  /** Within `during`: waits for a person, and so for time to pass. */
  async except<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#count -= 1;
    try {
      return await work();
    } finally {
      this.#count += 1;
    }
  }
}

/** What answers are made of. */
export interface Answering {
  readonly state: WorldState;
  readonly record: TestRecord;
  readonly misbehaviours: Misbehaviours;
  readonly outages: ReadonlyMap<string, Outage>;
  readonly busy: Busy;
}

/**
 * Answers a request, and writes it down.
 * @throws TypeError for a host that is not of this world, as a `fetch` does that finds nobody.
 */
export async function answered(answering: Answering, incoming: Incoming): Promise<Response | Fault> {
  const { state, record } = answering;
  const [to, step] = placeAt(state, incoming.url);
  const exchange = await record.add(to, step, incoming);
  if (to === 'elsewhere') throw failed(`nobody is at ${incoming.url.origin}`, 'ENOTFOUND');
  const answer = await answerOf(answering, exchange);
  if (answer instanceof Response) exchange.status = answer.status;
  return answer;
}

async function answerOf(answering: Answering, exchange: Exchange): Promise<Response | Fault> {
  const { state, record, misbehaviours, outages, busy } = answering;
  const outage = outages.get(exchange.to);
  if (outage) return outageAnswer(outage);
  const correctly = (): Promise<Response> => busy.during(() => correctAnswer(state, record, exchange));
  const shown = record.shown(exchange);
  const misbehaviour = misbehaviours.next(shown);
  return misbehaviour ? misbehaviour(shown, correctly) : correctly();
}

/** What a correct server or resource does. */
async function correctAnswer(state: WorldState, record: TestRecord, exchange: Exchange): Promise<Response> {
  const { to, step, incoming } = exchange;
  const resource = state.resources.get(to);
  const server = state.servers.get(to);
  const reply = await repliedTo(async (): Promise<Reply | 'allowed'> => {
    if (resource) return answerAsResource(state, resource, step, incoming, record.shown(exchange));
    if (server) return answerAsServer(state, server, step, incoming);
    return { status: 404, refusal: mistake('Nobody is there.') };
  });
  if (reply === 'allowed')
    return (
      (await resource?.serve?.(record.shown(exchange))) ?? responseOf({ status: 200, json: { ok: true } })
    );
  exchange.refusal = reply.refusal;
  return responseOf(reply);
}

async function repliedTo<Of>(work: () => Promise<Of>): Promise<Of | Reply> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.reply;
    throw thrown;
  }
}

function outageAnswer({ status, retryAfter }: Outage): Response | Fault {
  if (status === undefined) return faults.cut;
  return new Response(null, {
    status,
    headers: retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
  });
}
