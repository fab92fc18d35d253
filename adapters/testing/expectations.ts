// What a test expects of a world: each check says in a sentence what is wrong, and shows the requests that prove it.
import type { WorldState } from './ledger.ts';
import type { TestLogin } from './person.ts';
import type { Exchange, TestRecord } from './record.ts';
import type { Secret } from './secrets.ts';
import { basicOf } from './servers/basic.ts';

/** Checks that need no test runner. Each throws an Error whose message holds no secret. */
export interface Expectations {
  /**
   * No credential was sent to anybody but its own: no token, code, verifier, client secret or client id of one server to
   * another, no token to a resource that it is not for, and nothing to a host outside this world.
   */
  expectNothingCrossed(): void;
  /** No request was one that a correct client does not send: see `isMistake`. */
  expectNoMistakes(): void;
  /** The person was asked so often. */
  expectLogins(count: number): void;
  /** So many token requests came with a refresh token. */
  expectRefreshes(count: number): void;
  /** The newest access token has exactly these scopes, in any order. */
  expectScopes(scopes: readonly string[]): void;
  /**
   * A text holds none of the secrets of this world, also not percent-encoded or in base64, as in Basic credentials.
   * @param what any value; what is no text is looked at as JSON.
   */
  expectNoSecretIn(what: unknown): void;
}

/** @param logins what the person was asked so far. */
export function expectationsOf(
  state: WorldState,
  record: TestRecord,
  logins: readonly TestLogin[],
): Expectations {
  const evidence = (exchanges: readonly Exchange[]): string =>
    exchanges.map((one) => `\n  ${record.line(one)}`).join('');
  const refreshes = (): readonly Exchange[] =>
    record.exchanges.filter(
      ({ step, incoming }) => step === 'token' && incoming.form.get('grant_type') === 'refresh_token',
    );
  return {
    expectNothingCrossed() {
      const crossed = record.exchanges.flatMap((exchange) =>
        strangersIn(state, exchange).map(
          ({ name, places }) =>
            `\n  ${name} belongs to ${[...(places ?? [])].join(', ')}:${evidence([exchange])}`,
        ),
      );
      if (crossed.length > 0)
        fail(`${count(crossed.length, 'credential')} went where they do not belong.${crossed.join('')}`);
    },
    expectNoMistakes() {
      const wrong = record.exchanges.filter(({ refusal }) => refusal?.isMistake);
      if (wrong.length > 0)
        fail(`A correct client would not have sent ${count(wrong.length, 'request')}.${evidence(wrong)}`);
    },
    expectLogins(expected) {
      if (logins.length === expected) return;
      const lines = logins.map(
        ({ server, client, scopes, decision }) =>
          `\n  ${client} at ${server}, for ${scopes.join(' ') || 'no scope'}: ${decision}`,
      );
      fail(
        `${count(expected, 'login')} expected, and the person was asked ${count(logins.length, 'time')}.${lines.join('')}`,
      );
    },
    expectRefreshes(expected) {
      const found = refreshes();
      if (found.length !== expected)
        fail(
          `${count(expected, 'refresh', 'refreshes')} expected, and there were ${found.length}.${evidence(found)}`,
        );
    },
    expectScopes(expected) {
      const newest = [...state.accessTokens.values()].at(-1);
      if (!newest) return fail(`A token for ${expected.join(' ')} expected, and none was issued.`);
      if (sorted(newest.scopes) !== sorted(expected))
        fail(
          `A token for ${expected.join(' ')} expected, and the newest one is for ${newest.scopes.join(' ')}.`,
        );
    },
    expectNoSecretIn(what) {
      const text = typeof what === 'string' ? what : (JSON.stringify(what) ?? String(what));
      const found = state.secrets.foundIn(text);
      if (found.length > 0) fail(`The text holds ${[...new Set(found.map(({ name }) => name))].join(', ')}.`);
    },
  };
}

/** Whatever a request brings that does not belong where it was sent. */
function strangersIn(state: WorldState, { to, incoming }: Exchange): readonly Secret[] {
  const { url, headers, body, form } = incoming;
  const clientId =
    form.get('client_id') ?? url.searchParams.get('client_id') ?? basicOf(headers['authorization'] ?? '')?.id;
  const client = clientId === undefined ? undefined : state.secrets.get(clientId);
  const text = [url.href, ...Object.values(headers), body].join('\n');
  const all = [...state.secrets.foundIn(text), ...(client ? [client] : [])];
  const strangers = all.filter(({ places }) => places !== undefined && !places.has(to));
  // A secret and the credentials that it is in are one.
  return [...new Map(strangers.map((one) => [one.name, one])).values()];
}

const sorted = (scopes: readonly string[]): string => [...new Set(scopes)].sort().join(' ');

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

/** The stack begins at the test, where the platform can say so. */
function fail(message: string): never {
  throw new Error(message);
}
