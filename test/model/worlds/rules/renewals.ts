// Rules about renewals: refresh tokens, and the tokens that come of them.
import { bearerOf, isTokenRequest, nameOf, objectOf, type Rule } from '../recording.ts';

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

/** Access tokens that are in use: a process has its own in hand, and may not hold on to it. */
const newestInHand: Rule = {
  says: 'when all have had the time to hear of it, nobody sends an older token than the newest that was used',
  spec: ['TOK-13'],
  judge({ moments }) {
    const issued: string[] = [];
    const outdated = new Set<string>();
    let newest = -1;
    for (const moment of moments) {
      if (moment.kind === 'heard')
        for (const token of issued.slice(0, Math.max(0, newest))) outdated.add(token);
      if (moment.kind !== 'exchange') continue;
      const { access_token: token } = objectOf(moment.answer);
      if (moment.request.path === '/token' && typeof token === 'string') issued.push(token);
      const sent = bearerOf(moment);
      if (sent !== undefined && outdated.has(sent)) return `${nameOf(moment)} carries an older token`;
      // It counts from its first use on: before it, nobody knows whether it arrived.
      if (sent !== undefined) newest = Math.max(newest, issued.indexOf(sent));
    }
    return undefined;
  },
};

export const renewalRules: readonly Rule[] = [refreshOnce, oneAtATime, newestInHand];
