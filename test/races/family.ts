// An authorization server that revokes a whole family of tokens when a refresh token comes twice. (RFC 9700 §4.14.2)
import type { Answer, Received, World } from '../support/world.ts';

export class Families {
  /** Refresh tokens that came in, and led to new ones. */
  refreshes = 0;
  /** Refresh tokens that came in again: each has cost its family. */
  reuses = 0;
  readonly #world: World;
  /** The family of each refresh token that was ever issued. */
  readonly #familyOf = new Map<string, symbol>();
  readonly #spent = new Set<string>();

  constructor(world: World) {
    this.#world = world;
    world.script('a POST /token', (request) => this.#answer(request));
  }

  #answer(request: Received): Answer {
    const token = request.form.get('refresh_token');
    if (token === null) return this.#issued(this.#world.correctly(request), Symbol('login'));
    const family = this.#familyOf.get(token);
    if (this.#spent.has(token)) {
      this.reuses += 1;
      this.#revoke(family);
    }
    this.#spent.add(token);
    const answer = this.#world.correctly(request);
    if (family === undefined || answer.status === 400) return answer;
    this.refreshes += 1;
    return this.#issued(answer, family);
  }

  #issued(answer: Answer, family: symbol): Answer {
    const { refresh_token: token } = (answer.body ?? {}) as { readonly refresh_token?: string };
    if (token !== undefined) this.#familyOf.set(token, family);
    return answer;
  }

  #revoke(family: symbol | undefined): void {
    for (const [token, of] of this.#familyOf) if (of === family) this.#world.refreshTokens.delete(token);
    this.#world.expireAccessTokens('a');
  }
}
