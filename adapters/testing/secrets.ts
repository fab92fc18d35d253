// What a test world knows to be secret: each value has a name, and places where it may be seen.
import { readings } from '../../protocol/text.ts';

/** What a value is. A client id is no secret, but it belongs to one server all the same. */
export type SecretKind =
  | 'access token'
  | 'refresh token'
  | 'code'
  | 'verifier'
  | 'state'
  | 'client id'
  | 'client secret'
  | 'registration token'
  | 'device code'
  | 'user code';

/** A value that belongs to somebody. */
export interface Secret {
  readonly value: string;
  /** `<access token 2 of a>`; a client id is its own name. */
  readonly name: string;
  readonly isSecret: boolean;
  /** The names of the servers and resources that may see it. Nothing: any, since this world did not issue it. */
  readonly places: Set<string> | undefined;
}

/** A word that may be base64 or percent-encoded, or both. */
const encoded = /(?:[\w+/.~-]|%[\da-f]{2}){8,}=*/gi;

/** Shorter values would be found in texts by chance. */
const SHORTEST = 8;

/** The registry of a world. */
export class Secrets {
  readonly #all = new Map<string, Secret>();
  readonly #counts = new Map<string, number>();

  /**
   * Makes a value that is like no other.
   * @param places those besides its server that may see it.
   */
  issue(kind: SecretKind, server: string, ...places: readonly string[]): string {
    const label = this.#label(kind, server);
    const value = `${label.replaceAll(' ', '-')}-${crypto.randomUUID().slice(0, kind === 'client id' ? 8 : undefined)}`;
    this.#add(value, label, kind, [server, ...places]);
    return value;
  }

  /** Somebody else made this value, for one server. What is known stays what it is. */
  learn(value: string, kind: SecretKind, server: string): void {
    const known = this.#all.get(value);
    if (known && isOfClient(kind)) known.places?.add(server);
    if (known || (value.length < SHORTEST && kind !== 'client id')) return;
    this.#add(value, this.#label(kind, server), kind, [server]);
  }

  /** A value in a place for secrets which this world knows nothing of. @param what such as `token`. */
  suspect(value: string, what: string): void {
    if (value.length < SHORTEST || this.#all.has(value) || this.foundIn(value).length > 0) return;
    const name = `<unknown ${what} ${this.#count(`unknown ${what}`)}>`;
    this.#all.set(value, { value, name, isSecret: true, places: undefined });
  }

  /** Another form of a known secret, such as its Basic credentials. */
  alias(value: string, of: string): void {
    const known = this.#all.get(of);
    if (known && !this.#all.has(value)) this.#all.set(value, { ...known, value });
  }

  /** What is known of a value. */
  get(value: string): Secret | undefined {
    return this.#all.get(value);
  }

  /** All secrets that stand in a text: as they are, percent-encoded, or in base64, as in Basic credentials. */
  foundIn(text: string): readonly Secret[] {
    const read = readings(text);
    const isThere = ({ value }: Secret): boolean =>
      [...formsOf(value)].some((form) => read.some((reading) => reading.includes(form)));
    return [...this.#all.values()].filter((one) => one.isSecret && isThere(one));
  }

  /** The text with each secret's name in its place. */
  masked(text: string): string {
    const longestFirst = [...this.foundIn(text)].sort((one, other) => other.value.length - one.value.length);
    const plain = longestFirst.reduce(
      (masked, { value, name }) =>
        [...formsOf(value)].reduce((rest, form) => rest.replaceAll(form, name), masked),
      text,
    );
    // What is left stands in a word that was encoded: its whole is replaced.
    if (this.foundIn(plain).length === 0) return plain;
    return plain.replace(encoded, (word) => this.foundIn(word)[0]?.name ?? word);
  }

  #add(value: string, label: string, kind: SecretKind, places: readonly string[]): void {
    const isSecret = kind !== 'client id';
    this.#all.set(value, { value, name: isSecret ? `<${label}>` : value, isSecret, places: new Set(places) });
  }

  #label(kind: SecretKind, server: string): string {
    return `${kind} ${this.#count(`${kind} of ${server}`)} of ${server}`;
  }

  #count(of: string): number {
    const count = (this.#counts.get(of) ?? 0) + 1;
    this.#counts.set(of, count);
    return count;
  }
}

/** A person may have registered one client by hand at two servers. */
const isOfClient = (kind: SecretKind): boolean => kind === 'client id' || kind === 'client secret';

/** As it is, in the form of a URL, and in that of a form. */
const formsOf = (value: string): ReadonlySet<string> =>
  new Set([
    value,
    encodeURIComponent(value),
    new URLSearchParams({ value }).toString().slice('value='.length),
  ]);
