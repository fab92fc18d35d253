// Where a chart was when it was put to rest, in as few bytes as will do: many sessions rest, and few are looked at.
import type { AuthMachine } from '../machines/authMachine.ts';
import { type AuthContext, initialContext } from '../machines/context.ts';
import type { AuthSnapshot } from './sessionChart.ts';

/** What most sessions of an engine have in common: kept once, as text. */
const common: ReadonlySet<string> = new Set<keyof AuthContext>([
  'resourceMetadata',
  'server',
  'registration',
  'binding',
  'ways',
  'strategy',
]);

/** So many texts are kept at most; then they are begun anew, and those who have an old one keep it. */
const MAX_TEXTS = 1_000;

/** The texts that sessions at rest share. */
export class CommonTexts {
  readonly #known = new Map<string, string>();

  /** The same text, as the first one who had it. */
  of(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_TEXTS) this.#known.clear();
    this.#known.set(text, text);
    return text;
  }
}

/** A chart at rest: what differs from one that has just begun. */
export class RestingChart {
  readonly #own: string;
  readonly #common: string;

  constructor({ value, context }: AuthSnapshot, texts: CommonTexts) {
    const beginning = new Map(Object.entries(beginningOf(context)));
    const known = Object.entries(context).filter(
      ([name, is]) => JSON.stringify(is) !== JSON.stringify(beginning.get(name)),
    );
    const own = known.filter(([name]) => !common.has(name));
    this.#own = inOnePiece(JSON.stringify(Object.fromEntries(own)));
    const shared = known.filter(([name]) => common.has(name));
    this.#common = texts.of(JSON.stringify([value, Object.fromEntries(shared)]));
  }

  /** Where it was. Its actors have ended. */
  snapshot(machine: AuthMachine, of: Pick<AuthContext, 'session' | 'interaction'>): AuthSnapshot {
    const own: Partial<AuthContext> = JSON.parse(this.#own);
    const [value, shared]: [AuthSnapshot['value'], Partial<AuthContext>] = JSON.parse(this.#common);
    return machine.resolveState({ value, context: { ...beginningOf(of), ...own, ...shared } });
  }
}

/** The same text. Engines keep what was put together in its parts, with a third more bytes, until somebody reads it. */
function inOnePiece(text: string): string {
  text.charCodeAt(0);
  return text;
}

/** The chart of the same session when it had just begun. */
function beginningOf({ session, interaction }: Pick<AuthContext, 'session' | 'interaction'>): AuthContext {
  return { ...initialContext({ ...session, interaction }), session };
}
