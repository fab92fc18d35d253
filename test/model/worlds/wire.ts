// What processes send: each request says whose it is, and something may happen as it leaves.
import type { Event, Meanwhile } from './behaviours.ts';
import type { Journal } from './journal.ts';
import { PROCESS } from './recording.ts';
import type { Turns } from './turns.ts';

interface Surroundings {
  readonly turns: Turns;
  readonly journal: Journal;
  readonly happen: (event: Event) => void;
}

interface TokenRequest {
  readonly url: string;
  readonly process: number;
  readonly isRefresh: boolean;
}

export class Wire {
  readonly #around: Surroundings;
  readonly #tokenRequests = new Set<TokenRequest>();
  #requests = 0;
  #meanwhile: (Meanwhile & { readonly abort: () => void }) | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** From now on requests are counted, until it has happened. @returns by which those who ask may give up. */
  arrange(meanwhile: Meanwhile | null): AbortSignal {
    const giveUp = new AbortController();
    this.#requests = 0;
    this.#meanwhile = meanwhile ? { ...meanwhile, abort: () => giveUp.abort() } : undefined;
    return giveUp.signal;
  }

  async send(process: number, request: Request): Promise<Response> {
    const { turns, journal } = this.#around;
    this.#count();
    request.headers.set(PROCESS, String(process));
    const { url } = request;
    if (!url.endsWith('/token')) return turns.trackRequest(fetch(request));
    const form = new URLSearchParams(await request.clone().text());
    const mine = { url, process, isRefresh: form.has('refresh_token') };
    if ([...this.#tokenRequests].some((one) => excludes(one, mine)))
      journal.mark({ kind: 'two token requests at once', at: url });
    this.#tokenRequests.add(mine);
    return turns.trackRequest(fetch(request)).finally(() => this.#tokenRequests.delete(mine));
  }

  #count(): void {
    this.#requests += 1;
    const { request: awaited, event, abort } = this.#meanwhile ?? {};
    if (!event || awaited !== this.#requests) return;
    this.#meanwhile = undefined;
    if (event.do === 'abort') abort?.();
    else this.#around.happen(event);
  }
}

/** One at a time in each process, and one refresh at a time in all of them. */
const excludes = (one: TokenRequest, other: TokenRequest): boolean =>
  one.url === other.url && (one.process === other.process || (one.isRefresh && other.isRefresh));
