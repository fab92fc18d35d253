// Rules about authorization requests and their codes.
import { createHash } from 'node:crypto';
import {
  type Exchange,
  isGoodMetadata,
  isTokenRequest,
  type Mark,
  namedServers,
  nameOf,
  type Recording,
  type Rule,
} from '../recording.ts';

type Presented = Extract<Mark, { kind: 'presented' }>;

const isPresented = (moment: { readonly kind: string }): moment is Presented => moment.kind === 'presented';

const wellFormed: Rule = {
  says: 'authorization requests have PKCE with S256, state, resource and redirect_uri, all fresh that has to be',
  spec: ['AUTHZ-1', 'AUTHZ-2', 'AUTHZ-3', 'AUTHZ-9'],
  judge(recording) {
    const seen = new Map<string, string>();
    for (const { url, at } of recording.moments.filter(isPresented)) {
      const said = url.searchParams;
      if (at === undefined || url.pathname !== '/authorize') return 'the person was led somewhere else';
      if (said.get('response_type') !== 'code') return 'response_type is not code';
      if (said.get('code_challenge_method') !== 'S256') return 'code_challenge_method is not S256';
      if (!/^[\w-]{43}$/.test(said.get('code_challenge') ?? '')) return 'code_challenge is no SHA-256';
      if (said.get('resource') !== recording.resource) return 'resource is missing or another';
      if (said.get('redirect_uri') === null) return 'redirect_uri is missing';
      if ((said.get('state') ?? '').length < 22) return 'state is missing or can be guessed';
      for (const name of ['state', 'code_challenge']) {
        const value = `${name} ${said.get(name)}`;
        // The same request may be shown again; another one has nothing of it.
        if ((seen.get(value) ?? url.href) !== url.href) return `${name} is that of an earlier request`;
        seen.set(value, url.href);
      }
    }
    return undefined;
  },
};

/** What an authorization response said, by its code. */
interface Authorized {
  readonly exchange: Exchange;
  readonly isGenuine: boolean;
}

function codeOf(exchange: Exchange, { origins }: Recording): [string, Authorized] | undefined {
  const { request, answer } = exchange;
  const location = answer.headers?.['location'];
  if (request.path !== '/authorize' || location === undefined || answer.cut) return undefined;
  const { searchParams: said } = new URL(location);
  const code = said.get('code');
  const isGenuine =
    said.get('iss') === origins[request.at] && said.get('state') === request.query.get('state');
  return code === null ? undefined : [code, { exchange, isGenuine }];
}

const codesOnce: Rule = {
  says: 'a code is sent once, to its issuer, with its verifier; never one of a response with a wrong issuer or state',
  spec: ['AUTHZ-1', 'AUTHZ-2', 'AUTHZ-3', 'AUTHZ-5', 'AUTHZ-10'],
  judge(recording) {
    const codes = new Map<string, Authorized>();
    const spent = new Set<string>();
    for (const moment of recording.moments) {
      if (moment.kind !== 'exchange') continue;
      const authorized = codeOf(moment, recording);
      if (authorized) codes.set(...authorized);
      if (!isTokenRequest(moment, 'authorization_code')) continue;
      const { form } = moment.request;
      const code = form.get('code') ?? '';
      const from = codes.get(code);
      if (spent.has(code)) return `${nameOf(moment)} has a code that was sent before`;
      spent.add(code);
      const why = from ? misuseOf(moment, from, recording) : 'a code that nobody issued was sent';
      if (why) return why;
    }
    return undefined;
  },
};

function misuseOf(
  sent: Exchange,
  { exchange, isGenuine }: Authorized,
  recording: Recording,
): string | undefined {
  const { form, at } = sent.request;
  const { query } = exchange.request;
  if (exchange.request.at !== at) return `the code of another server was sent with ${nameOf(sent)}`;
  if (!isGenuine) return 'the code of a response with a wrong issuer or state was sent';
  const hash = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (hash !== query.get('code_challenge')) return 'the verifier is not that of the request';
  if (form.get('redirect_uri') !== query.get('redirect_uri'))
    return 'redirect_uri is not that of the request';
  if (form.get('resource') !== recording.resource) return 'resource is missing or another in a token request';
  return undefined;
}

const responsibleFirst: Rule = {
  says: 'nobody is led to, and nothing is renewed at, a server that the resource does not name any more',
  spec: ['BIND-3', 'DISC-1', 'DISC-12'],
  judge(recording) {
    // By process: each knows what it has read itself.
    const named = new Map<number, readonly string[]>();
    const shown = new Set<string>();
    let last: readonly string[] = [];
    for (const moment of recording.moments) {
      if (isPresented(moment)) {
        const { href, origin } = moment.url;
        const isAgain = shown.has(href);
        shown.add(href);
        // A new process that has read nothing knows the server of the login that is under way.
        const known = named.get(moment.process) ?? last;
        last = [origin];
        if (!isAgain && !known.includes(origin))
          return `the person was led to server ${moment.at?.toUpperCase()}, which the resource did not name`;
      }
      if (moment.kind !== 'exchange') continue;
      const { process, request } = moment;
      const origin = recording.origins[request.at];
      const listed = namedServers(moment);
      if (listed) named.set(process, listed);
      // Whoever finishes a login that a sibling has begun knows what it was begun with.
      if (isTokenRequest(moment, 'authorization_code'))
        named.set(process, [...(named.get(process) ?? []), origin]);
      const isNamed = named.get(process)?.includes(origin);
      if (isTokenRequest(moment, 'refresh_token') && !isNamed)
        return `${nameOf(moment)} renews at a server that the resource did not name`;
    }
    return undefined;
  },
};

const metadataBeforeLogin: Rule = {
  says: 'nobody is led to a server before its metadata was found good',
  spec: ['DISC-8', 'DISC-9', 'AUTHZ-4'],
  judge(recording) {
    // By process and server.
    const good = new Set<string>();
    const shown = new Set<string>();
    let last: Presented['at'];
    for (const moment of recording.moments) {
      // Whoever finishes a login that a sibling has begun has its metadata from there.
      const isKnown = moment.kind === 'exchange' && isTokenRequest(moment, 'authorization_code');
      if (isKnown || (moment.kind === 'exchange' && isGoodMetadata(moment, recording)))
        good.add(`${moment.process} ${moment.request.at}`);
      if (!isPresented(moment)) continue;
      // So does whoever finds the login of a sibling under way there.
      const isGood = moment.at === last || good.has(`${moment.process} ${moment.at}`);
      last = moment.at;
      if (!shown.has(moment.url.href) && !isGood)
        return `the person was led to server ${moment.at?.toUpperCase()}, whose metadata nobody had read`;
      shown.add(moment.url.href);
    }
    return undefined;
  },
};

const onlyWhenAsked: Rule = {
  says: 'with `ask`, nobody is sent anywhere without login()',
  spec: ['AUTHZ-11', 'TOK-7'],
  judge({ moments, interaction }) {
    const underWay = new Map<number, number>();
    for (const moment of moments) {
      const change = { login: 1, 'login over': -1 }[String(moment.kind)];
      if (change !== undefined && 'process' in moment)
        underWay.set(moment.process, (underWay.get(moment.process) ?? 0) + change);
      if (isPresented(moment) && interaction === 'ask' && !underWay.get(moment.process))
        return 'somebody was, and had not asked';
    }
    return undefined;
  },
};

export const loginRules: readonly Rule[] = [
  wellFormed,
  codesOnce,
  responsibleFirst,
  metadataBeforeLogin,
  onlyWhenAsked,
];
