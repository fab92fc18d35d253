// The users of a run of chaos: they log in, call, agree to more scopes, sign out and come again, through the balancer.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Judge } from './judge.ts';
import { drawn } from './plan.ts';
import { userOf } from './tokens.ts';

/** How long the gateway may take for one answer, whatever happens to it, in milliseconds. */
const ANSWER = 45_000;
/** Longer than this is written down. */
const SLOW = 10_000;
/** How long a user tries until it works, in milliseconds. */
const SERVED = 150_000;
/** What was asked for a user may go on for so long after the answer, in milliseconds: a renewal is always finished. */
const GOES_ON = 10_000;
/** The pause before a user tries again, in milliseconds. */
const AGAIN = 700;

const [NEW, LOGGED_IN, SIGNED_OUT] = [0, 1, 2] as const;

interface Answered {
  readonly status: number;
  readonly location: string;
  readonly body: {
    readonly owner?: string;
    readonly id?: number;
    readonly login?: string;
    readonly error?: string;
  };
}

export interface Counts {
  visits: number;
  calls: number;
  /** Answers that were no success, by status and code. */
  readonly refused: Record<string, number>;
  /** The longest that an answer took, in milliseconds. */
  slowest: number;
}

export interface PeopleOptions {
  readonly origin: string;
  readonly seed: string;
  readonly users: number;
  /** Users with a number below have logged in before. */
  readonly seeded: number;
  readonly judge: Judge;
  /** Told of answers that took long. */
  readonly onSlow: (slow: { user: string; request: string; status: number; took: number }) => void;
}

export class People {
  readonly counts: Counts = { visits: 0, calls: 0, refused: {}, slowest: 0 };
  /** Those who were here last, the newest one last. */
  readonly recent: string[] = [];
  readonly #options: PeopleOptions;
  readonly #at: Uint8Array;
  readonly #wasHere: Uint8Array;
  readonly #busy = new Set<number>();
  /** Those who have left a moment ago, the newest one last, and when. Milliseconds. */
  readonly #left = new Map<number, number>();
  readonly #logins = new Map<number, Promise<boolean>>();
  #calls = 0;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.#wasHere = new Uint8Array(options.users);
    this.#at = new Uint8Array(options.users).fill(NEW).fill(LOGGED_IN, 0, options.seeded);
  }

  /** So many of them come at once, one after the other, until `end`. */
  async live(together: number, end: AbortSignal): Promise<void> {
    const draw = drawn(`people ${this.#options.seed}`);
    const one = async (): Promise<void> => {
      while (!end.aborted) {
        const user = Math.floor(draw() * this.#options.users);
        const dice = [draw(), draw(), draw()] as const;
        if (this.#busy.has(user)) continue;
        await this.#alone(user, () => this.#visit(user, dice));
      }
    };
    await Promise.all(Array.from({ length: together }, one));
  }

  /** Calls once more, for so many: first those who were here since the chaos began. */
  async callAll(most: number, together: number, onProgress: (users: number) => void): Promise<void> {
    const all = Array.from(this.#wasHere, (_, user) => user);
    const wasHere = (user: number): number => this.#wasHere[user] ?? 0;
    const users = all.toSorted((one, other) => wasHere(other) - wasHere(one)).slice(0, most);
    let done = 0;
    const one = async (): Promise<void> => {
      for (let user = users.pop(); user !== undefined; user = users.pop()) {
        await this.#alone(user, () => this.#callOnceMore(user));
        done += 1;
        if (done % 5_000 === 0) onProgress(done);
      }
    };
    await Promise.all(Array.from({ length: together }, one));
  }

  async #callOnceMore(user: number): Promise<void> {
    if (this.#at[user] !== LOGGED_IN) await this.#enter(user);
    if (await this.#call(user, 'read')) return;
    this.#options.judge.break('cannot call in the end', userOf(user), 'The last call was not answered.');
  }

  /** For whom something is done now, or was a moment ago. */
  served(): readonly string[] {
    for (const [user, at] of this.#left) {
      if (at > performance.now() - GOES_ON) break;
      this.#left.delete(user);
    }
    return [...this.#busy, ...this.#left.keys()].map(userOf);
  }

  /** How many users were here. */
  get wereHere(): number {
    return this.#wasHere.reduce((sum, one) => sum + one, 0);
  }

  /** Logs a user in, and calls once. */
  async logIn(user: number): Promise<void> {
    await this.#alone(user, async () => {
      await this.#enter(user);
      await this.#call(user, 'read');
    });
  }

  async #alone(user: number, work: () => Promise<void>): Promise<void> {
    this.#busy.add(user);
    this.#wasHere[user] = 1;
    await work();
    this.#busy.delete(user);
    this.#left.delete(user);
    this.#left.set(user, performance.now());
    this.counts.visits += 1;
    this.recent.push(userOf(user));
    if (this.recent.length > 200) this.recent.splice(0, 100);
  }

  /** A few calls at once; some need one scope more, and some users sign out in the end. */
  async #visit(user: number, [calls, scope, signsOut]: readonly [number, number, number]): Promise<void> {
    if (this.#at[user] !== LOGGED_IN) await this.#enter(user);
    await Promise.all(Array.from({ length: 1 + Math.floor(calls * 4) }, () => this.#call(user, 'read')));
    if (scope < 0.03) await this.#call(user, 'write');
    if (signsOut < 0.02) await this.#leave(user);
  }

  async #enter(user: number): Promise<void> {
    const reason = this.#at[user] === SIGNED_OUT ? 'signed out' : 'first';
    if (await this.#login(user, reason)) this.#at[user] = LOGGED_IN;
  }

  async #leave(user: number): Promise<void> {
    const until = Date.now() + SERVED;
    while (Date.now() < until) {
      if ((await this.#ask(user, 'POST', '/logout')).status === 200) {
        this.#at[user] = SIGNED_OUT;
        return;
      }
      await sleep(AGAIN);
    }
    this.#options.judge.break('no answer in time', userOf(user), 'The user could not sign out.');
  }

  /** @returns whether it was answered as it must be. */
  async #call(user: number, needs: string): Promise<boolean> {
    const [name, until] = [userOf(user), Date.now() + SERVED];
    this.#calls += 1;
    const id = this.#calls;
    const body = JSON.stringify({ user: name, id, needs });
    while (Date.now() < until) {
      this.counts.calls += 1;
      const { status, body: answer } = await this.#ask(user, 'POST', '/mcp', body);
      if (status === 200) {
        if (answer.owner === name && answer.id === id) return true;
        this.#options.judge.break('answer of another user', name, `It was for ${answer.owner}.`);
        return false;
      }
      const path = answer.login && new URL(answer.login);
      if (path) await this.#login(user, status === 403 ? 'step-up' : 'asked', path.pathname + path.search);
      else if (status === 403) await this.#login(user, 'asked');
      else await sleep(AGAIN);
    }
    this.#options.judge.break('no answer in time', name, `The call did not work within ${SERVED} ms.`);
    return false;
  }

  /** A person is at one page at a time, whatever calls wait for it. @returns whether the user is logged in then. */
  #login(user: number, reason: string, path = '/login'): Promise<boolean> {
    const login = this.#logins.get(user) ?? this.#logInAt(path, user, reason);
    this.#logins.set(user, login);
    return login.finally(() => this.#logins.delete(user));
  }

  async #logInAt(path: string, user: number, reason: string): Promise<boolean> {
    const until = Date.now() + SERVED;
    while (Date.now() < until) {
      const { status, location } = await this.#ask(user, 'GET', path);
      if (status === 303 && location.startsWith(this.#options.origin)) return true;
      if (status === 303 && (await this.#consent(user, reason, location))) return true;
      await sleep(AGAIN);
    }
    this.#options.judge.break('no answer in time', userOf(user), `The user could not log in ("${reason}").`);
    return false;
  }

  /** Visits the page of the server, and the callback: a person whom it does not answer loads it again. */
  async #consent(user: number, reason: string, url: string): Promise<boolean> {
    const headers = { 'x-person': userOf(user), 'x-reason': reason };
    const page = await fetch(url, { headers, redirect: 'manual' }).catch(() => undefined);
    await page?.body?.cancel();
    const callback = page?.headers.get('location');
    if (!callback) return false;
    const { pathname, search } = new URL(callback);
    for (let times = 0; times < 3; times += 1) {
      const { status } = await this.#ask(user, 'GET', pathname + search);
      if (status === 200) return true;
      if (status !== 503 && status !== 502) return false;
      await sleep(AGAIN);
    }
    return false;
  }

  async #ask(user: number, method: string, path: string, body?: string): Promise<Answered> {
    const started = performance.now();
    const answered = await this.#send(user, method, path, body);
    const took = performance.now() - started;
    this.counts.slowest = Math.max(this.counts.slowest, Math.round(took));
    const { judge, onSlow } = this.#options;
    const request = `${method} ${path.split('?')[0]}`;
    if (took > SLOW)
      onSlow({ user: userOf(user), request, status: answered?.status ?? 0, took: Math.round(took) });
    if (answered === undefined || took > ANSWER) {
      judge.break('no answer in time', userOf(user), `${request} took ${Math.round(took)} ms.`);
      return { status: 0, location: '', body: {} };
    }
    const { status, body: said } = answered;
    if (status >= 400) {
      const name = `${status} ${said.error ?? (said.login ? 'login' : '')}`.trim();
      this.counts.refused[name] = (this.counts.refused[name] ?? 0) + 1;
      if (said.error === 'internal' || (!said.error && !said.login))
        judge.break('answer without a code', userOf(user), `${request}: ${name}.`);
    }
    return answered;
  }

  async #send(user: number, method: string, path: string, body?: string): Promise<Answered | undefined> {
    const headers = { cookie: `person=${userOf(user)}`, 'content-type': 'application/json' };
    try {
      const answer = await fetch(`${this.#options.origin}${path}`, {
        method,
        headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER + 5_000),
        ...(body !== undefined && { body }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        location: answer.headers.get('location') ?? '',
        body: text === '' ? {} : JSON.parse(text),
      };
    } catch {
      return undefined;
    }
  }
}
