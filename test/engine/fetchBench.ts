// The fetch of a session whose chart is where a test says, and brings another grant where it is told to.
import { vi } from 'vitest';
import { Dpop } from '../../actors/network/dpop.ts';
import { type Fetching, type FetchMeans, fetchWith } from '../../engine/sessionFetch.ts';
import type { UsableToken } from '../../engine/useGrant.ts';
import { authMachine } from '../../machines/authMachine.ts';
import type { AuthEvent } from '../../machines/context.ts';
import { full } from './contexts.ts';
import { bearer, wire } from './resourceBench.ts';

const resting = { authorized: { renewal: 'fresh', stepUp: 'settled' } } as const;

/** What of a session, of its answers and of its engine is not as usual. */
interface Unusual {
  readonly context?: typeof full;
  readonly answers?: readonly (() => Response)[];
  /** Of this, the version is that of the grant. Undefined: nobody is logged in. */
  readonly token?: UsableToken | undefined;
  /** Which statuses bring another grant, and which of them a fresh one. */
  readonly brings?: readonly number[];
  readonly freshly?: readonly number[];
  readonly send?: typeof fetch;
  readonly tools?: Partial<FetchMeans['tools']>;
}

/** A session that has another token whenever it is challenged; the one for a 401 is fresh from its server. */
export function fetchOf({ brings = [401, 403], freshly = [401], context = full, ...unusual }: Unusual = {}) {
  const told: AuthEvent[] = [];
  let version = 7;
  let renewals = 0;
  const tokenNow = (): UsableToken | undefined => {
    const token = 'token' in unusual ? unusual.token : bearer;
    return token && { ...token, version: String(version) };
  };
  const inHand = vi.fn((): UsableToken | undefined => undefined);
  const usableToken = vi.fn(async (_signal?: AbortSignal) => tokenNow());
  const quiet = vi.fn(async (_signal?: AbortSignal) => session.snapshot);
  const session: Fetching = {
    id: full.session,
    get snapshot() {
      const grant = { ...(full.grant as NonNullable<typeof full.grant>), version: String(version) };
      const value = { ...context, grant, budget: { ...full.budget, renewals } };
      return authMachine.resolveState({ value: resting, context: value }) as Fetching['snapshot'];
    },
    tell(event) {
      told.push(event);
      if (event.type !== 'challenge.received') return;
      if (brings.includes(event.challenge.status)) version += 1;
      if (freshly.includes(event.challenge.status)) renewals += 1;
    },
    quiet,
    inHand,
    usableToken,
    prove: ({ version: grantVersion }) => told.push({ type: 'grant.proved', grantVersion }),
    mark: () => 5,
  };
  const lines: unknown[] = [];
  const headersFor = vi.fn(async () => ({}));
  const tools = { dpop: new Dpop('off', Date.now), policy: {}, headersFor, ...unusual.tools };
  const { send, sent } = wire(...(unusual.answers ?? []));
  const observer = { request: (facts: unknown) => void lines.push(facts) };
  const fetch = fetchWith(session, { fetch: unusual.send ?? send, tools, observer });
  return { fetch, told, lines, sent, inHand, usableToken, quiet, headersFor };
}

/** A refusal of the resource. */
export const refused =
  (status: number, challenge = 'Bearer error="insufficient_scope", scope="a"') =>
  (): Response =>
    new Response(null, { status, headers: { 'www-authenticate': challenge } });
