// Rules about refresh tokens.
import { isTokenRequest, nameOf, objectOf, type Rule } from '../recording.ts';

const refreshOnce: Rule = {
  says: 'a refresh token that was answered with a new one, or refused, is not used for renewal again',
  spec: ['TOK-4', 'TOK-5', 'TOK-6', 'AUTHZ-2'],
  judge({ moments, resource }) {
    const spent = new Map<string, string>();
    for (const moment of moments) {
      if (moment.kind !== 'exchange' || !isTokenRequest(moment, 'refresh_token')) continue;
      const { form } = moment.request;
      const token = form.get('refresh_token') ?? '';
      if (spent.has(token)) return `${nameOf(moment)} has a refresh token that was ${spent.get(token)}`;
      if (form.has('scope')) return `${nameOf(moment)} asks for scopes, which a renewal cannot`;
      if (form.get('resource') !== resource) return `${nameOf(moment)} does not say which resource`;
      if ('refresh_token' in objectOf(moment.answer)) spent.set(token, 'replaced');
      if (moment.answer.status === 400) spent.set(token, 'refused');
    }
    return undefined;
  },
};

const oneAtATime: Rule = {
  says: 'one token request at a time at each server',
  spec: ['TOK-5'],
  judge: ({ moments }) =>
    moments.some(({ kind }) => kind === 'two token requests at once') ? 'there were two at once' : undefined,
};

export const renewalRules: readonly Rule[] = [refreshOnce, oneAtATime];
