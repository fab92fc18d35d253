// Finds out whether the engine that holds a login is still there, where no port shows it: it is asked in the login's record (C06).
import type { SessionId } from '../../contract/facts.ts';
import { judgeUnshown, type UnshownHolder } from '../../protocol/joinedLogin.ts';
import { type Key, keys, type LoginRecord, type Versioned } from '../../stores/records.ts';
import type { Tools } from '../tools/tools.ts';
import { holding } from './loginUnderWay.ts';

/** What is waited for. */
export interface Watched {
  readonly session: SessionId;
  readonly key: Key<'pending'>;
  readonly isAsked: boolean;
  /** How old the login was when it was joined, in milliseconds. */
  readonly age: number;
}

/** One engine's watch over the holder of one login. Times are in milliseconds since it began. */
export class UnshownHolderWatch {
  readonly #tools: Tools;
  readonly #watched: Watched;
  /** The question as it stands in the record, and since when. */
  #question: { readonly version: string; readonly since: number } | undefined;
  #answeredAt: number | undefined;

  constructor(tools: Tools, watched: Watched) {
    this.#tools = tools;
    this.#watched = watched;
  }

  /**
   * One look.
   * @param waited how long the login has been waited for.
   * @returns whether the person is led from here.
   * @throws AuthError what the store throws.
   */
  async isOurs(waited: number): Promise<boolean> {
    const { session, key, isAsked, age } = this.#watched;
    const login = await this.#tools.records.read(keys.login(session));
    // Another one has taken its place: the chart hears of that.
    if (login?.value.pendingKey !== key) return false;
    const { unanswered, answered } = this.#listen(login, waited);
    const holder = holderFor(this.#tools, login.value.holder);
    const isLeft = login.value.leaves === true;
    const verdict = judgeUnshown({ holder, isLeft, isAsked, age, unanswered, answered });
    if (verdict === 'ask') await this.#ask(login);
    if (verdict === 'lead') return holder === 'this engine' || this.#take(login);
    return verdict === 'show';
  }

  #listen(
    { value, version }: Versioned<LoginRecord>,
    waited: number,
  ): Pick<UnshownHolder, 'unanswered' | 'answered'> {
    if (value.asked === undefined) {
      if (this.#question) this.#answeredAt = waited;
      this.#question = undefined;
    } else if (this.#question?.version !== version) this.#question = { version, since: waited };
    return {
      unanswered: this.#question && waited - this.#question.since,
      answered: this.#answeredAt === undefined ? undefined : waited - this.#answeredAt,
    };
  }

  /** Who loses the race sees at the next look what has become of it. */
  async #ask(login: Versioned<LoginRecord>): Promise<void> {
    const { records, holder } = this.#tools;
    await records.write(keys.login(this.#watched.session), { ...login.value, asked: holder }, login);
  }

  /** Of several that wait, one takes it over. */
  async #take(login: Versioned<LoginRecord>): Promise<boolean> {
    const { asked: _, leaves: __, ...value } = login.value;
    const taken = { ...value, ...holding(this.#tools) };
    return (await this.#tools.records.write(keys.login(this.#watched.session), taken, login)) !== undefined;
  }
}

/** Answers whoever asks whether this engine still holds the login: it does, as long as it hears the question. */
export async function answerAsHolder(tools: Tools, session: SessionId, login: LoginRecord): Promise<void> {
  if (login.asked === undefined || login.holder !== tools.holder) return;
  await tools.records.update(keys.login(session), (now) => {
    if (now?.pendingKey !== login.pendingKey || now.holder !== tools.holder) return undefined;
    const { asked: _, ...rest } = now;
    return rest;
  });
}

function holderFor(tools: Tools, holder: string | undefined): UnshownHolder['holder'] {
  if (holder === undefined || tools.isGone(holder)) return 'nobody';
  return holder === tools.holder ? 'this engine' : 'another engine';
}
