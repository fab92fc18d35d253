// Sign-out: revokes, then forgets; nothing is in its way, and nothing is left (TOK-10).
import { isDeepStrictEqual } from 'node:util';
import { begunBy, failureIn, type Invariant, isUnchanged, outputIn, startedBy } from '../invariant.ts';
import type { Edge } from '../walk.ts';

const isUnderWay = ({ children }: Edge['from']): boolean =>
  ['revokeGrants', 'forgetSession', 'unregisterClients'].some((child) => children[child] !== undefined);

/** The session is forgotten, and nothing else is left to be. */
const isLast = ({ from, stimulus: { report } }: Edge): boolean =>
  report?.source === 'unregisterClients' ||
  (report?.source === 'forgetSession' && from.context.signOut?.forget !== 'everything');

export const signOut: Invariant = {
  holds:
    'who signs out has their grants revoked and then the session forgotten, even where revoking failed, and then its clients, where all is to be forgotten; until then nothing but the end of the host comes in between',
  spec: ['TOK-10', 'REG-10'],
  violated(edge) {
    const { from, stimulus } = edge;
    const { report, event } = stimulus;
    const begun = begunBy(edge).join();
    if (!isUnderWay(from)) {
      if (event.type !== 'user.logout') return undefined;
      return begun === 'revokeGrants' ? undefined : `${begun || 'nothing'} follows from a logout`;
    }
    if (report?.source === 'revokeGrants')
      return begun === 'forgetSession' ? undefined : 'what was revoked is not forgotten';
    if (event.type === 'user.logout') return asksForMore(edge);
    if (isLast(edge) || event.type === 'host.shutdown' || failureIn(edge)) return undefined;
    if (report?.source === 'forgetSession') return clientsForgotten(edge);
    return isUnchanged(edge) ? undefined : `${stimulus.type} disturbs the sign-out`;
  },
};

/** At each server that the session had a login at, and at no other. */
function clientsForgotten(edge: Edge): string | undefined {
  const [first, ...others] = startedBy(edge);
  if (first?.source !== 'unregisterClients' || others.length > 0)
    return 'the clients that were to be forgotten are kept';
  const due = outputIn(edge, 'forgetSession')?.issuers;
  return isDeepStrictEqual(first.input['issuers'], due) ? undefined : 'clients are forgotten elsewhere';
}

/** Whoever asks again may want more forgotten, and disturbs nothing. */
function asksForMore(edge: Edge): string | undefined {
  const { from, to, stimulus } = edge;
  const wants = 'forget' in stimulus.event ? 'everything' : from.context.signOut?.forget;
  if (to.context.signOut?.forget !== wants) return 'what is to be forgotten is not remembered';
  return begunBy(edge).length === 0 && to.matches('signingOut')
    ? undefined
    : 'a logout disturbs the sign-out';
}

export const nothingLeft: Invariant = {
  holds:
    'after a sign-out, or when the host has gone down, the chart knows no more than at its start, but for the host’s word and the time; a store that failed is told',
  spec: ['TOK-10', 'BIND-12'],
  violated(edge) {
    const { stimulus, to } = edge;
    const failed = failureIn(edge);
    const isSignedOut = isLast(edge) || (stimulus.report?.source === 'forgetSession' && failed);
    if (!isSignedOut && stimulus.event.type !== 'host.shutdown') return undefined;
    if (!to.matches(failed ? 'failed' : 'idle')) return `${JSON.stringify(to.value)} is not the end`;
    const { session, interaction, at, strategy, limits, budget, failure, retryAt, denied, ...others } =
      to.context;
    const { passedOver, conflict, ways, ...facts } = others;
    const left = Object.entries(facts).find(([, fact]) => fact !== null && fact !== false);
    if (left) return `${left[0]} is left over`;
    const spent = budget.authorizations + budget.renewals + budget.registrations + budget.renewedFor.length;
    if (spent > 0 || Object.keys(budget.stepUps).length + denied.length + passedOver.length > 0)
      return 'what was spent or denied is left over';
    return failed || failure === null ? undefined : 'a failure is left over';
  },
};
