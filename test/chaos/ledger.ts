// What the servers of a run of chaos have issued to whom, and what came back: here tokens that cross or come twice are seen.
import { createHash, randomBytes } from 'node:crypto';
import { seededTokens } from './tokens.ts';

/** How the tokens of a login ended: a login that comes after is none too many. */
export type Ending = 'signed out' | 'revoked' | 'spent twice';

/** The tokens of one login, which replace each other. */
interface Family {
  readonly user: string;
  scope: string;
  access: string;
  refresh: string;
  /** Epoch milliseconds. */
  expiresAt: number;
  issuedAt: number;
  /** Somebody has used the newest ones, so their answer has arrived. */
  isUsed: boolean;
  ended?: Ending;
}

interface Code {
  readonly user: string;
  readonly scope: string;
  readonly challenge: string;
  readonly at: number;
  isSpent: boolean;
}

/** A visit of a person at the login page, and what the server knows of their logins before. */
export interface Page {
  readonly user: string;
  readonly scope: string;
  /** What the person wants there, in their own words. */
  readonly reason: string;
  /** Nothing: the server has never issued tokens for this person. */
  readonly before?: {
    readonly ended?: Ending;
    readonly scope: string;
    readonly issuedAt: number;
    readonly isUsed: boolean;
  };
  /** The code of the visit before was never seen; when that visit was. */
  readonly unfinishedAt?: number;
}

/** What must not be. */
export interface Breach {
  readonly rule: 'token of another user' | 'refresh token spent twice' | 'code spent twice';
  readonly user: string;
  readonly why: string;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
}

/** The life of an access token, in seconds. */
const LIFE = 20;
const newToken = (kind: string): string => `${kind}-${randomBytes(18).toString('base64url')}`;

export class Ledger {
  renewals = 0;
  calls = 0;
  readonly #ofUser = new Map<string, Family>();
  readonly #byAccess = new Map<string, Family>();
  readonly #byRefresh = new Map<string, Family>();
  readonly #spent = new Map<string, Family>();
  readonly #codes = new Map<string, Code>();
  readonly #lastCode = new Map<string, Code>();
  readonly #onBreach: (breach: Breach) => void;

  constructor(onBreach: (breach: Breach) => void) {
    this.#onBreach = onBreach;
  }

  /** Users who have logged in before the run, as `seeding.ts` writes their records. */
  seed(users: readonly string[], scope: string, now: number): void {
    for (const user of users) {
      const { access, refresh, expiresAt } = seededTokens(user, now);
      this.#keep({ user, scope, access, refresh, expiresAt, issuedAt: 0, isUsed: true });
    }
  }

  /** A person at the login page. @returns the code, and what was known of them before. */
  page(user: string, scope: string, challenge: string, reason: string): { code: string; page: Page } {
    const [family, last] = [this.#ofUser.get(user), this.#lastCode.get(user)];
    const before = family && {
      scope: family.scope,
      issuedAt: family.issuedAt,
      isUsed: family.isUsed,
      ...(family.ended && { ended: family.ended }),
    };
    const page = {
      user,
      scope,
      reason,
      ...(before && { before }),
      ...(last && !last.isSpent && { unfinishedAt: last.at }),
    };
    const [code, made] = [newToken('code'), { user, scope, challenge, at: Date.now(), isSpent: false }];
    this.#codes.set(code, made);
    this.#lastCode.set(user, made);
    return { code, page };
  }

  /** @returns nothing where it is refused. */
  exchange(name: string, verifier: string): Tokens | undefined {
    const code = this.#codes.get(name);
    if (code?.isSpent)
      this.#onBreach({ rule: 'code spent twice', user: code.user, why: 'A code came twice.' });
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (!code || code.isSpent || code.challenge !== challenge) return undefined;
    code.isSpent = true;
    const { user, scope } = code;
    const former = this.#ofUser.get(user);
    if (former) this.#drop(former);
    return this.#issue({ user, scope });
  }

  /** A refresh token that comes again ends its login. @see RFC 9700 §4.14.2 */
  refresh(token: string): Tokens | undefined {
    const reused = this.#spent.get(token);
    if (reused) {
      const why = `A refresh token came again ${Date.now() - reused.issuedAt} ms after it had been replaced.`;
      this.#onBreach({ rule: 'refresh token spent twice', user: reused.user, why });
      this.#end(reused, 'spent twice');
      return undefined;
    }
    const family = this.#byRefresh.get(token);
    if (!family) return undefined;
    this.#drop(family);
    this.#spent.set(token, family);
    this.renewals += 1;
    return this.#issue(family);
  }

  /** Whoever has the token may sign out with it. */
  signOut(token: string): void {
    const family = this.#byRefresh.get(token) ?? this.#byAccess.get(token) ?? this.#spent.get(token);
    if (family) this.#end(family, 'signed out');
  }

  /** Ends logins on the side of the server. @returns whose. */
  revoke(users: readonly string[]): readonly string[] {
    const families = users.flatMap((user) => this.#ofUser.get(user) ?? []).filter(({ ended }) => !ended);
    for (const family of families) this.#end(family, 'revoked');
    return families.map(({ user }) => user);
  }

  /**
   * A call of the resource.
   * @param user who makes the call, as its body says.
   * @returns whose token it has, and the scopes of it; nothing where the token is refused.
   */
  call(token: string, user: string): { readonly owner: string; readonly scope: string } | undefined {
    this.calls += 1;
    const family = this.#byAccess.get(token);
    if (!family) return undefined;
    if (family.user !== user)
      this.#onBreach({
        rule: 'token of another user',
        user,
        why: `The call had the token of ${family.user}.`,
      });
    family.isUsed = true;
    return family.expiresAt > Date.now() ? { owner: family.user, scope: family.scope } : undefined;
  }

  #issue(of: Pick<Family, 'user' | 'scope'> & Partial<Family>): Tokens {
    const now = Date.now();
    const [access, refresh] = [newToken('access'), newToken('refresh')];
    const fresh = { access, refresh, issuedAt: now, expiresAt: now + LIFE * 1000, isUsed: false };
    this.#keep('access' in of ? Object.assign(of as Family, fresh) : { ...of, ...fresh });
    return {
      access_token: access,
      refresh_token: refresh,
      token_type: 'Bearer',
      expires_in: LIFE,
      scope: of.scope,
    };
  }

  #keep(family: Family): void {
    this.#ofUser.set(family.user, family);
    this.#byAccess.set(family.access, family);
    this.#byRefresh.set(family.refresh, family);
  }

  /** An access token that was replaced is refused at once: other replicas still have it in hand. */
  #drop({ access, refresh }: Family): void {
    this.#byAccess.delete(access);
    this.#byRefresh.delete(refresh);
  }

  #end(family: Family, ending: Ending): void {
    this.#drop(family);
    family.ended ??= ending;
  }
}
