// What a start leads to, or a look into the store when it has changed: whatever is there already is used first (AUTHZ-10).
import type { Memory } from '../../../contract/work.ts';
import { begunBy, type Invariant, isUnchanged, outputIn } from '../invariant.ts';
import type { Edge } from '../walk.ts';

export const recalled: Invariant = {
  holds:
    'an answer that came in is judged; else a grant that serves is used; else a login under way is waited for, and nothing is opened; else what was asked for begins; else a grant is kept for later',
  spec: ['AUTHZ-10', 'AUTHZ-11', 'TOK-5', 'TOK-6', 'STEP-2'],
  violated(edge) {
    const memory = outputIn(edge, 'recallSession');
    if (!memory) return undefined;
    const { from, to } = edge;
    const begun = begunBy(edge).join();
    const pending = memory.login?.pending ?? null;
    const becomes = (due: string, state?: 'authorized' | 'idle'): string | undefined => {
      if (state && !to.matches(state)) return `${state} is due, not ${JSON.stringify(to.value)}`;
      if (state && to.context.refusal !== from.context.refusal)
        return 'something is told that nobody asked for';
      return begun === due ? undefined : `${due || 'nothing'} is due, not ${begun}`;
    };
    if (memory.login?.answered) return becomes('validateResponse') ?? resumed(edge, pending);
    if (serves(memory, from.context)) return becomes('', 'authorized');
    if (memory.login) return becomes('takeOverLogin') ?? resumed(edge, pending);
    if (from.context.challenge) return becomes('fetchResourceMetadata');
    if (from.context.requestedLogin) return becomes('probeResource');
    return becomes('', memory.grant ? 'authorized' : 'idle');
  },
};

export const news: Invariant = {
  holds:
    'at rest, news from the store are looked at: an answer to any login, and a grant that is neither known nor refused; but a grant does not undo a refusal for safety',
  spec: ['AUTHZ-10', 'TOK-5', 'TOK-6', 'TOK-13'],
  violated(edge) {
    const { from, stimulus } = edge;
    const { type } = stimulus.event;
    if (type !== 'response.received' && type !== 'grant.changed') return undefined;
    const isResting = from.matches('idle') || from.matches('failed') || from.matches('rejected');
    if (!isResting) return undefined;
    const { grant, refused, foundGrant } = from.context;
    const version = type === 'grant.changed' ? stimulus.event.grantVersion : undefined;
    const known = [null, grant?.version, refused?.version, foundGrant];
    const isKnown = version !== undefined && known.includes(version);
    const isIgnored = type === 'grant.changed' && (from.matches('rejected') || isKnown);
    const due = isIgnored ? '' : 'recallSession';
    const begun = begunBy(edge).join();
    return begun === due ? undefined : `${due || 'nothing'} is due, not ${begun}`;
  },
};

export const whileReading: Invariant = {
  holds:
    'while the store is read a login and a challenge are kept for after it, a cancel takes back what was asked for, and nothing else comes in between',
  spec: ['AUTHZ-10', 'AUTHZ-11'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    const { event, report } = stimulus;
    if (!from.matches('recovering') || report) return undefined;
    const { requestedLogin } = to.context;
    switch (event.type) {
      case 'user.logout':
      case 'host.shutdown':
        return undefined;
      case 'user.cancel':
        return !to.hasTag('busy') && !requestedLogin ? undefined : 'a cancel took nothing back';
      case 'user.login': {
        const asked = [...(event.scopes ?? []), ...(from.context.requestedLogin?.scopes ?? [])];
        if (!requestedLogin || asked.some((scope) => !requestedLogin.scopes.includes(scope)))
          return 'the requested login is forgotten';
        break;
      }
      case 'challenge.received':
        break;
      default:
        return isUnchanged(edge) ? undefined : `${stimulus.type} disturbs`;
    }
    const isOn = to.children['recallSession'] === from.children['recallSession'] && to.hasTag('busy');
    return isOn ? undefined : 'the store is not read to the end';
  },
};

function resumed({ to }: Edge, pending: unknown): string | undefined {
  return to.context.pending === pending
    ? undefined
    : 'another login is resumed than the one that was recorded';
}

const wantedBy = ({ requestedLogin, challenge, stepUp }: Edge['to']['context']): readonly string[] =>
  [requestedLogin, challenge, stepUp].flatMap((one) => one?.scopes ?? []);

const isAllowed = ({ limits: { ceiling, floor } }: Memory, scope: string): boolean =>
  !ceiling || ceiling.includes(scope) || floor.includes(scope);

/** It was not refused, is not due, and was asked to hold what is wanted now. */
function serves(memory: Memory, context: Edge['to']['context']): boolean {
  const { grant, at } = memory;
  if (!grant || grant.version === context.refused?.version) return false;
  if (grant.refreshAt !== undefined && at >= grant.refreshAt) return false;
  const had = [...grant.requested, ...grant.granted];
  return wantedBy(context).every((scope) => had.includes(scope) || !isAllowed(memory, scope));
}
