// Rules about logins that several ask for: one page, one end, nobody waits in vain, and nobody ends what is another's.
import type { Mark, Moment, Recording, Rule } from '../recording.ts';

type Presented = Extract<Mark, { kind: 'presented' }>;
type Login = Extract<Mark, { kind: 'login' }>;

/** How long a page may be answered, in milliseconds of the world. */
const LOGIN_TIMEOUT = 10 * 60_000;
/** Logins that are asked for within so many milliseconds are asked for at once: nobody is shown the page of another. */
const AT_ONCE = 3_000;

/** A page that a person was led to: the one of an authorization request. */
interface Page {
  readonly url: URL;
  readonly since: number;
  /** The process that made the request; unknown where that one is gone, and the page was shown again. */
  readonly holder: number | undefined;
  /** All that have led somebody there. */
  readonly shownBy: Set<number>;
}

const all = (): boolean => true;
const isHeldBy =
  (process: number) =>
  ({ holder }: Page): boolean =>
    holder === undefined || holder === process;

const scopesOf = ({ url }: { readonly url: URL }): readonly string[] =>
  (url.searchParams.get('scope') ?? '').split(' ').filter((scope) => scope !== '');

/** Pages that may still be answered, and whose login nobody has ended. */
class OpenPages {
  #pages: readonly Page[] = [];
  /** Pages whose login their process has left, or ended. */
  readonly #left = new Set<string>();
  /** Who made the request of each page: whoever shows it later has joined it, also when it was thought to be over. */
  readonly #makers = new Map<string, number>();

  get all(): readonly Page[] {
    return this.#pages;
  }

  /** The one that this request would be beside, although it serves as well. */
  instead(shown: Presented): Page | undefined {
    return this.#pages.find(
      ({ url, since }) =>
        url.href !== shown.url.href &&
        url.origin === shown.url.origin &&
        shown.time < since + LOGIN_TIMEOUT &&
        scopesOf(shown).every((scope) => scopesOf({ url }).includes(scope)),
    );
  }

  again(shown: Presented): Page | undefined {
    return this.#pages.find(({ url }) => url.href === shown.url.href);
  }

  hear(moment: Moment): void {
    if (moment.kind === 'presented') this.#present(moment);
    if (moment.kind === 'logout') this.#pages = [];
    if (moment.kind === 'engine over') this.#leave(moment.process);
    if (moment.kind === 'cancel') this.#end(isHeldBy(moment.process));
    // Who has joined a login may leave it.
    if (moment.kind === 'login over' && moment.ended === 'done') this.#end(all);
    // An engine that ends leaves its login to the others: nobody knows from outside who takes it.
    else if (moment.kind === 'login over') this.#leave(moment.process);
    const state = answered(moment);
    if (state !== undefined) this.#end(({ url }) => url.searchParams.get('state') === state);
  }

  #present(shown: Presented): void {
    const again = this.again(shown);
    if (again) again.shownBy.add(shown.process);
    // Another request takes the place of all before it.
    else {
      const { url, time: since, process } = shown;
      const maker = this.#makers.get(url.href) ?? process;
      this.#makers.set(url.href, maker);
      const holder = this.#left.has(url.href) ? undefined : maker;
      this.#pages = [{ url, since, holder, shownBy: new Set([process]) }];
    }
  }

  #leave(process: number): void {
    for (const { url, holder } of this.#pages) if (holder === process) this.#left.add(url.href);
    this.#end(isHeldBy(process));
  }

  #end(isOver: (page: Page) => boolean): void {
    this.#pages = this.#pages.filter((page) => !isOver(page));
  }
}

/** The state of the request that a person has answered, here. */
function answered(moment: Moment): string | undefined {
  const isRedirect = moment.kind === 'exchange' && moment.answer.headers?.['location'] !== undefined;
  if (!isRedirect || moment.request.path !== '/authorize' || moment.answer.cut) return undefined;
  return moment.request.query.get('state') ?? undefined;
}

const onePage: Rule = {
  says: 'a login has one page: another one is opened when it is answered, cancelled, too late or not enough, or its holder is gone',
  spec: ['AUTHZ-11', 'AUTHZ-12'],
  judge({ moments }) {
    const pages = new OpenPages();
    const shown = new Map<string, number>();
    for (const moment of moments) {
      if (moment.kind === 'presented') {
        if (pages.instead(moment)) return 'a second page was opened beside the first one';
        const { href } = moment.url;
        const isOther = pages.again(moment)?.shownBy.has(moment.process) === false;
        if (isOther && moment.time < (shown.get(href) ?? 0) + AT_ONCE)
          return 'the page was opened twice for those who asked at once';
        shown.set(href, shown.get(href) ?? moment.time);
      }
      pages.hear(moment);
    }
    return undefined;
  },
};

/** What came of a step for those who had waited for a login since before it, all beside one page. */
interface Round {
  readonly pages: readonly Page[];
  /** Those who waited, and how it ended for them; those who wait on are not in there. */
  readonly waited: readonly Login[];
  readonly ended: ReadonlyMap<number, string>;
  readonly moments: readonly Moment[];
}

/** Each step between its beginning, when everything rested, and its end, when all had heard what had happened. */
function* roundsOf({ moments }: Recording): Generator<Round> {
  const pages = new OpenPages();
  const waiting = new Map<number, Login>();
  let begun: { pages: readonly Page[]; waited: readonly Login[]; at: number } | undefined;
  for (const [at, moment] of moments.entries()) {
    if (moment.kind === 'step') begun = { pages: [...pages.all], waited: [...waiting.values()], at };
    pages.hear(moment);
    if (moment.kind === 'login') waiting.set(moment.login, moment);
    if (moment.kind === 'login over') waiting.delete(moment.login);
    if (moment.kind !== 'heard' || !begun) continue;
    const within = moments.slice(begun.at, at + 1);
    const ended = within.flatMap((one) =>
      one.kind === 'login over' ? [[one.login, one.ended] as const] : [],
    );
    yield { ...begun, ended: new Map(ended), moments: within };
  }
}

/** Those who did something themselves by which their login ended: a cancel, or the end of their process. */
const leavers = ({ moments }: Round): ReadonlySet<number> =>
  new Set(
    moments.flatMap((one) => (one.kind === 'cancel' || one.kind === 'engine over' ? [one.process] : [])),
  );

/** Somebody signs out just when the time of the login is over: nobody can say what came first. */
const isAmbiguous = ({ pages: [page], moments }: Round): boolean => {
  const heard = moments.at(-1);
  const isLate = page && heard?.kind === 'heard' && heard.time >= page.since + LOGIN_TIMEOUT;
  return isLate === true && moments.some(({ kind }) => kind === 'logout');
};

const isNewPage = ({ pages, moments }: Round): boolean =>
  moments.some((one) => one.kind === 'presented' && !pages.some(({ url }) => url.href === one.url.href));

const endAlike: Rule = {
  says: 'all who wait for a login end alike: logged in, or with the same failure',
  spec: ['AUTHZ-12', 'TOK-13'],
  judge(recording) {
    for (const round of roundsOf(recording)) {
      const [page] = round.pages;
      const left = leavers(round);
      // Who asks for more than the page does logs in again after it.
      const alike = round.waited.filter(
        ({ process, scopes }) =>
          page && !left.has(process) && scopes.every((one) => scopesOf(page).includes(one)),
      );
      const ends = alike.flatMap(({ login }) => round.ended.get(login) ?? []);
      const different = [...new Set(ends)];
      if (different.length > 1 && !isNewPage(round) && !isAmbiguous(round))
        return `one ended with ${different.join(', another with ')}`;
    }
    return undefined;
  },
};

const nobodyWaitsOn: Rule = {
  says: 'whoever waits for a login hears of its end, at the latest by the poll of a home that cannot tell',
  spec: ['AUTHZ-12', 'TOK-13'],
  judge(recording) {
    for (const round of roundsOf(recording)) {
      const [page] = round.pages;
      if (!page || isNewPage(round)) continue;
      const holders = round.waited.filter(({ process }) => process === page.holder);
      const hasDied = round.moments.some((one) => one.kind === 'engine over' && one.process === page.holder);
      const isOver = !hasDied && holders.some(({ login }) => round.ended.has(login));
      const waitOn = round.waited.filter(({ login }) => !round.ended.has(login));
      if (isOver && waitOn.length > 0) return 'one that had joined it waits on';
    }
    return undefined;
  },
};

const nothingOfOthersEnds: Rule = {
  says: 'who has joined a login and leaves it, leaves it to its holder: it is not ended, and its page can be answered',
  spec: ['AUTHZ-12'],
  judge(recording) {
    let stored: readonly string[] = [];
    for (const round of roundsOf(recording)) {
      const heard = round.moments.at(-1);
      const before = stored;
      if (heard?.kind === 'heard') stored = heard.requests;
      const [page] = round.pages;
      const left = leavers(round);
      if (!page || heard?.kind !== 'heard' || !isMereLeaving(round)) continue;
      if (heard.time >= page.since + LOGIN_TIMEOUT || [...left].some((one) => page.shownBy.has(one)))
        continue;
      // Whoever took it over from a process that is gone holds it: nobody knows from outside who that is.
      if (page.holder === undefined) continue;
      if (before.some((key) => !stored.includes(key))) return 'its request is gone';
      if (round.waited.some(({ login, process }) => !left.has(process) && round.ended.has(login)))
        return 'it ended for others, too';
    }
    return undefined;
  },
};

/** Nothing happens but that somebody cancels, restarts or dies. */
const isMereLeaving = ({ moments: [step] }: Round): boolean =>
  step?.kind === 'step' && ['cancel login', 'restart', 'die'].includes(step.step.do);

export const joinedRules: readonly Rule[] = [onePage, endAlike, nobodyWaitsOn, nothingOfOthersEnds];
