// What a person says while there is a grant: a requested login for more starts over, forgives, and is remembered; a cancel goes back.
import { includesAll, union } from '../../../protocol/scopes.ts';
import { type Invariant, isUnchanged, startedBy } from '../invariant.ts';
import { renewalsLeft } from './startAgain.ts';

export const requested: Invariant = {
  holds:
    'a login for what the grant does not give starts from the resource, with all that was spent or denied forgiven; one for what it gives changes nothing, and one during a refresh is kept in mind',
  spec: ['STEP-7', 'AUTHZ-11', 'DISC-12', 'TOK-14'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    if (stimulus.event.type !== 'user.login' || !from.matches('authorized')) return undefined;
    const { grant, at } = from.context;
    const { refusal: before } = from.context;
    const open = before?.recovery === 'ask-user' ? before.scopes : [];
    const asked = union(stimulus.event.scopes, open);
    const isHad = includesAll(union(grant?.requested, grant?.granted), asked);
    const isDue = grant?.refreshAt !== undefined && at >= grant.refreshAt;
    const { refreshGrant } = from.children;
    if (refreshGrant) {
      const isKept =
        to.context.requestedLogin !== null && includesAll(to.context.requestedLogin.scopes, asked);
      return isKept && to.children['refreshGrant'] === refreshGrant
        ? undefined
        : 'a requested login during a refresh is forgotten, or cuts it off';
    }
    if (isHad && !isDue && !stimulus.event.again)
      return isUnchanged(edge) ? undefined : 'a requested login that is granted already changed something';
    const { requestedLogin, budget, denied, refusal } = to.context;
    if (!includesAll(requestedLogin?.scopes ?? [], asked) || requestedLogin === null)
      return 'the requested login is forgotten';
    const { authorizations, renewals, registrations, pauses, stepUps } = budget;
    if (authorizations + registrations + pauses > 0 || Object.keys(stepUps).length > 0)
      return 'a person’s word did not forgive what was spent';
    if (renewals !== renewalsLeft(edge)) return `${renewals} renewals count as spent`;
    if (denied.length > 0) return 'a person’s word did not lift what was denied';
    if (refusal !== null) return 'an old refusal is still told';
    const [first, ...others] = startedBy(edge).map(({ source }) => source);
    const isAsking = first === 'probeResource' || first === 'fetchResourceMetadata';
    return isAsking && others.length === 0 ? undefined : 'the requested login did not lead to the resource';
  },
};

export const interrupted: Invariant = {
  holds: 'during a step-up a login joins it, and a cancel goes back to the grant from before and says so',
  spec: ['STEP-5', 'AUTHZ-11'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    if (!from.matches('steppingUp')) return undefined;
    if (stimulus.event.type === 'user.login') {
      const requestedLogin = to.context.requestedLogin ?? undefined;
      const scopes = union(from.context.requestedLogin?.scopes, stimulus.event.scopes);
      if (!requestedLogin || !includesAll(requestedLogin.scopes, scopes))
        return 'the requested login is forgotten';
      const isJoined = isUnchanged({ from: { ...from, context: { ...from.context, requestedLogin } }, to });
      return isJoined ? undefined : 'a login disturbed the step-up';
    }
    if (stimulus.event.type !== 'user.cancel') return undefined;
    if (!to.matches('authorized') || to.context.grant !== from.context.grant)
      return 'a cancel cost the grant';
    return to.context.refusal?.code === 'cancelled' ? undefined : 'nobody was told of the cancel';
  },
};

export const toldByStore: Invariant = {
  holds:
    'when the store knows more than a chart with a grant, it is read again, and the grant is kept until then',
  spec: ['TOK-5', 'TOK-6', 'AUTHZ-10'],
  violated(edge) {
    const { from, stimulus, to } = edge;
    const { type } = stimulus.event;
    if (type !== 'grant.changed' && type !== 'response.received') return undefined;
    if (!from.matches('authorized')) return undefined;
    if (from.children['refreshGrant']) return isUnchanged(edge) ? undefined : 'the store disturbed a refresh';
    if (type === 'grant.changed' && stimulus.event.grantVersion === from.context.grant?.version)
      return isUnchanged(edge) ? undefined : 'what is known already disturbs';
    if (to.context.grant !== from.context.grant) return 'the grant was lost';
    const [first, ...others] = startedBy(edge).map(({ source }) => source);
    return first === 'recallSession' && others.length === 0 ? undefined : 'the store was not read again';
  },
};
