// The tokens of a session over a chart that is where a test says, and over records in memory.
import { vi } from 'vitest';
import type { Tools } from '../../actors/tools/tools.ts';
import type { Grant } from '../../contract/facts.ts';
import type { AuthSnapshot, ChartInUse } from '../../engine/sessionChart.ts';
import { SessionTokens } from '../../engine/sessionTokens.ts';
import { authMachine } from '../../machines/authMachine.ts';
import type { AuthContext, AuthEvent } from '../../machines/context.ts';
import { store } from '../actors/stored.ts';
import { samples } from '../stores/recordSamples.ts';
import { full } from './contexts.ts';

const { key, value } = samples().grant;
const id = value.session;
/** The issuer of the stored grant. */
export const { issuer } = value;

/** Logged in, and how it stands with the renewal. */
export const inState = (renewal: string): object => ({ authorized: { renewal, stepUp: 'settled' } });

/** The stored grant as the chart knows it: it is never due. */
export const grantOf = (version: string): Grant => {
  const { refreshAt: _, expiresAt: __, ...lasting } = full.grant as Grant;
  return { ...lasting, key, version, issuer: value.issuer, clientId: value.client.clientId };
};
const calm: Partial<AuthContext> = {
  binding: { issuer: value.issuer, kind: 'dynamic', scopes: [] },
  failure: null,
  refused: null,
  budget: { ...full.budget, authorizations: 0, renewals: 0, registrations: 0, pauses: 0 },
};

/** A chart in this state; nothing is to be forgiven, unless the test says so. */
export const at = (state: object | string, context: Partial<AuthContext>): AuthSnapshot =>
  authMachine.resolveState({
    value: state as never,
    context: { ...full, ...calm, ...context },
  }) as AuthSnapshot;

/** Tokens over a chart that is where the test says; `hears` says where it goes when it is told something. */
export function tokensAt(
  tools: Tools,
  snapshot: AuthSnapshot,
  hears: (event: AuthEvent) => AuthSnapshot | Promise<AuthSnapshot> | undefined = () => undefined,
) {
  const told: AuthEvent[] = [];
  let under: Promise<void> = Promise.resolve();
  const used = vi.fn();
  const move = (to: AuthSnapshot | undefined): void => {
    if (to) Object.assign(chart, { snapshot: to, running: to });
  };
  const chart = {
    snapshot,
    running: snapshot,
    used,
    tell(event: AuthEvent) {
      told.push(event);
      under = Promise.resolve(hears(event)).then(move);
    },
    until: async () => {
      await under;
      return chart.snapshot;
    },
  };
  const quiet = () => chart.until();
  const tokens = new SessionTokens({ id, chart: chart as typeof chart & ChartInUse, tools, quiet });
  return { tokens, told, used, chart };
}

/** A stored grant that needs no key. @returns its version. */
export const storeGrant = (tools: Tools): Promise<string> =>
  store(tools, 'grant', {
    tokenType: undefined,
    dpopKey: undefined,
    refreshAt: undefined,
    expiresAt: undefined,
  });
