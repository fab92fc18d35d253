// The person of a test world: what they decide when they are asked, login by login.
import { invalid } from '../../protocol/options.ts';

/** What a person does with a login page. */
export type Decision = 'consents' | 'denies' | 'leaves';

/** A decision, and what belongs to it. */
export interface Decided {
  readonly decision: Decision;
  /** The scopes that they allow. Nothing: all that are asked for. */
  readonly scopes?: readonly string[] | undefined;
}

/** What a person is asked. */
export interface Asking {
  /** The name of the server. */
  readonly server: string;
  /** The name that the client has given itself. */
  readonly client: string;
  readonly scopes: readonly string[];
}

/** A login: what was asked, and what came of it. */
export interface TestLogin extends Asking {
  readonly decision: Decision;
}

/** How long a person takes. */
export interface Taking {
  /** In milliseconds, by the world's clock. Default: no time. */
  readonly after?: number;
}

/** The person. Each decision is for one login, in the order in which they are given; then comes what they usually do. */
export interface TestPerson {
  /** What they do when no decision is left. At first they consent. */
  usually: Decision;
  /** They allow the next login. @param taking `to`: the only scopes that they allow. Default: all that are asked for. */
  consents(taking?: Taking & { readonly to?: readonly string[] }): void;
  /** They refuse the next login: the client is told `access_denied`. */
  denies(taking?: Taking): void;
  /** They leave the page of the next login as it is: the client hears nothing. */
  leaves(): void;
  /** What they were asked so far, oldest first. */
  readonly logins: readonly TestLogin[];
  /**
   * What their browser does with the address of a login page.
   * @returns the address that the browser is sent back to; nothing when they leave.
   * @throws Error when the server shows a page that says what is wrong.
   */
  opens(url: string): Promise<string | undefined>;
  /** They type the code of a device, and decide. @throws AuthError `config_invalid` for a code that nobody has. */
  enters(userCode: string): Promise<void>;
}

interface Planned extends Decided {
  readonly after: number;
}

/** The decisions of a person, for the servers. */
export interface Deciding extends Pick<TestPerson, 'usually' | 'consents' | 'denies' | 'leaves' | 'logins'> {
  /** Asks them, and waits as long as they take. */
  readonly ask: (asking: Asking, signal: AbortSignal) => Promise<Decided>;
}

/** @param sleep waits by the world's clock. */
export function decidingPerson(
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>,
): Deciding {
  const planned: Planned[] = [];
  const logins: TestLogin[] = [];
  const plan = (decision: Decision, after = 0, scopes?: readonly string[]): void => {
    if (!Number.isFinite(after) || after < 0) invalid('after must be a number of milliseconds, 0 or more.');
    planned.push({ decision, after, scopes });
  };
  const person: Deciding = {
    usually: 'consents',
    consents: ({ after, to } = {}) => plan('consents', after, to),
    denies: ({ after } = {}) => plan('denies', after),
    leaves: () => plan('leaves'),
    logins,
    async ask(asking, signal) {
      const { decision, after, scopes } = planned.shift() ?? {
        decision: person.usually,
        after: 0,
        scopes: undefined,
      };
      logins.push({ ...asking, decision });
      if (after > 0) await sleep(after, signal);
      return { decision, scopes };
    },
  };
  return person;
}
