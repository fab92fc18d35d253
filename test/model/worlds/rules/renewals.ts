// Rules about renewals: refresh tokens, and the tokens that come of them.
import type { Server } from '../behaviours.ts';
import { bearerOf, issuedBy, isTokenRequest, nameOf, objectOf, type Rule } from '../recording.ts';

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

/** The access tokens of one server, as they were issued, and how many of them are known to be outdated. */
interface Issued {
  readonly tokens: string[];
  newest: number;
  outdated: number;
}

/** A process has its token in hand, and may not hold on to it. */
const newestInHand: Rule = {
  says: 'when all have had the time to hear of it, nobody sends an older token of a server than the newest that was used',
  spec: ['TOK-13'],
  judge({ moments }) {
    const servers: Record<Server, Issued> = {
      a: { tokens: [], newest: 0, outdated: 0 },
      b: { tokens: [], newest: 0, outdated: 0 },
    };
    for (const moment of moments) {
      if (moment.kind === 'heard') for (const of of Object.values(servers)) of.outdated = of.newest;
      if (moment.kind !== 'exchange') continue;
      const { access_token: token } = objectOf(moment.answer);
      if (moment.request.path === '/token' && typeof token === 'string')
        servers[issuedBy(token)].tokens.push(token);
      const sent = bearerOf(moment);
      if (sent === undefined) continue;
      const of = servers[issuedBy(sent)];
      const at = of.tokens.indexOf(sent);
      if (at >= 0 && at < of.outdated) return `${nameOf(moment)} carries an older token`;
      // It counts from its first use on: before it, nobody knows whether it arrived.
      of.newest = Math.max(of.newest, at);
    }
    return undefined;
  },
};

export const renewalRules: readonly Rule[] = [refreshOnce, oneAtATime, newestInHand];
