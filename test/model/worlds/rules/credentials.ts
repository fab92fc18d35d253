// Rules about whose credentials go where: what one server issued, or was shown, is nobody else's business.
import { createHash } from 'node:crypto';
import {
  bearerOf,
  CREDENTIAL,
  type Exchange,
  isGoodMetadata,
  issuedBy,
  type Moment,
  namedServers,
  nameOf,
  objectOf,
  type Recording,
  type Rule,
  textOf,
} from '../recording.ts';

/** The servers that were shown the challenges of verifiers, and states. */
type Shown = Map<string, string>;

const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

const credentialsStayAtIssuer: Rule = {
  says: 'what one server issued is never sent to another; the resource gets access tokens only',
  spec: ['BIND-1', 'BIND-2', 'BIND-4', 'TOK-3'],
  judge({ moments }) {
    for (const moment of moments) {
      const why = moment.kind === 'exchange' ? misdirectedIn(moment) : undefined;
      if (why) return why;
    }
    return undefined;
  },
};

const words: Readonly<Record<string, string>> = {
  access: 'an access token',
  refresh: 'a refresh token',
  code: 'a code',
  client: 'a client id',
  secret: 'a client secret',
};

function misdirectedIn(exchange: Exchange): string | undefined {
  const { at } = exchange.request;
  for (const [credential, kind = ''] of textOf(exchange.request).matchAll(CREDENTIAL)) {
    const isWelcome = at === 'resource' ? kind === 'access' : issuedBy(credential) === at;
    if (!isWelcome)
      return `${words[kind]} of server ${issuedBy(credential).toUpperCase()} was sent with ${nameOf(exchange)}`;
  }
  return undefined;
}

const verifiersStayAtServer: Rule = {
  says: 'a verifier or state is for the server that the person was led to',
  spec: ['BIND-2', 'AUTHZ-1', 'AUTHZ-4'],
  judge({ moments }) {
    const shown: Shown = new Map();
    for (const moment of moments) {
      if (moment.kind === 'presented') {
        for (const name of ['code_challenge', 'state'])
          shown.set(moment.url.searchParams.get(name) ?? '', moment.url.origin);
      }
      if (moment.kind !== 'exchange') continue;
      const { form, headers, path } = moment.request;
      const verifier = form.get('code_verifier');
      const isForeign = verifier !== null && shown.get(challengeOf(verifier)) !== `http://${headers['host']}`;
      if (isForeign) return `the verifier of another request was sent with ${nameOf(moment)}`;
      const text = path === '/authorize' ? '' : textOf(moment.request);
      for (const secret of shown.keys())
        if (secret !== '' && text.includes(secret))
          return `a state or challenge was sent with ${nameOf(moment)}`;
    }
    return undefined;
  },
};

const tokensInHeaders: Rule = {
  says: 'tokens and codes are in no URL; access tokens go to the resource, and to be revoked',
  spec: ['TOK-1', 'TOK-3'],
  judge({ moments }) {
    for (const moment of moments) {
      if (moment.kind !== 'exchange') continue;
      const { path, query, body, at } = moment.request;
      if (/(access|refresh|code|secret)-[ab]-/.test(`${path}?${query}`))
        return `the URL of ${nameOf(moment)} has a credential`;
      if (path !== '/revoke' && body.includes('access-'))
        return `the body of ${nameOf(moment)} has an access token`;
      if (at !== 'resource' && `${moment.request.headers['authorization']}`.includes('access-'))
        return `${nameOf(moment)} carries an access token`;
    }
    return undefined;
  },
};

/** What a process has read of who is responsible. */
interface Found {
  readonly named: readonly string[];
  readonly responsible: string | undefined;
  /** The number of the moment that it was found in. */
  readonly at: number;
}

const nothingFound: Found = { named: [], responsible: undefined, at: 0 };

const tokensOfTheResponsible: Rule = {
  says: 'a token is not used any more when the resource was found to have moved to another server',
  spec: ['TOK-2', 'BIND-9', 'DISC-12'],
  judge(recording) {
    // A new process knows only what is bound; and that moves with the first token of the new server (BIND-8).
    const known = new Map<number, Found>();
    const several = new Set(
      recording.moments.flatMap((one) => (one.kind === 'engine' && one.charts > 1 ? one.process : [])),
    );
    const issued = new Map<string, number>();
    for (const [at, moment] of recording.moments.entries()) {
      if (moment.kind !== 'exchange') continue;
      const { process, request, answer } = moment;
      issued.set(String(objectOf(answer)['access_token']), at);
      // Where two charts run, nobody can say from outside which of them has found it.
      if (several.has(process)) continue;
      const listed = namedServers(moment);
      const before = known.get(process) ?? nothingFound;
      const { named } = listed ? { named: listed } : before;
      const isFound =
        isGoodMetadata(moment, recording) && named.length === 1 && named[0] === recording.origins[request.at];
      const now = isFound ? { responsible: request.at, at } : listed ? nothingFound : before;
      known.set(process, { ...now, named });
      const token = bearerOf(moment);
      // What a sibling has got since is newer than what was found here.
      const isOlder = (issued.get(token ?? '') ?? 0) < now.at;
      if (
        token !== undefined &&
        isOlder &&
        now.responsible !== undefined &&
        issuedBy(token) !== now.responsible
      )
        return `a token of server ${issuedBy(token).toUpperCase()} went to the resource, although it was found to have moved`;
    }
    return undefined;
  },
};

/** Keeps in mind whose metadata was refused, as far as each process has read it. */
class Refused {
  readonly #recording: Recording;
  readonly #servers = new Map<string, Set<number>>();

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  has(at: string | undefined, process: number): boolean {
    return this.#by(at).has(process);
  }

  forgive(at: string | undefined): void {
    this.#by(at).clear();
  }

  hear(moment: Moment): void {
    if (moment.kind !== 'exchange') return;
    const { process, request } = moment;
    const isGood = isGoodMetadata(moment, this.#recording);
    if (isGood) this.#by(request.at).delete(process);
    if (isGood === false) this.#by(request.at).add(process);
  }

  #by(at: string | undefined): Set<number> {
    const by = this.#servers.get(String(at)) ?? new Set();
    this.#servers.set(String(at), by);
    return by;
  }
}

const nothingToTheRefused: Rule = {
  says: 'nothing is sent to a server whose metadata was refused',
  spec: ['DISC-8', 'DISC-9', 'BIND-3'],
  judge(recording) {
    const refused = new Refused(recording);
    for (const moment of recording.moments) {
      refused.hear(moment);
      // What follows from being led there is the matter of the next rule.
      if (moment.kind === 'presented') refused.forgive(moment.at);
      const isSent = moment.kind === 'exchange' && moment.request.method === 'POST';
      if (isSent && refused.has(moment.request.at, moment.process))
        return `${nameOf(moment)} was sent all the same`;
    }
    return undefined;
  },
};

const nobodyToTheRefused: Rule = {
  says: 'nobody is led to a server whose metadata was refused',
  spec: ['DISC-8', 'DISC-9', 'BIND-3'],
  judge(recording) {
    const refused = new Refused(recording);
    for (const moment of recording.moments) {
      refused.hear(moment);
      if (moment.kind === 'presented' && refused.has(moment.at, moment.process))
        return `the person was led to server ${moment.at?.toUpperCase()} all the same`;
    }
    return undefined;
  },
};

const nothingIsTold: Rule = {
  says: 'no secret is told to people or logs',
  spec: ['TOK-3'],
  judge({ moments }) {
    const secrets = new Set<string>();
    for (const moment of moments) {
      if (moment.kind === 'presented') secrets.add(moment.url.searchParams.get('state') ?? 'none');
      if (moment.kind === 'exchange') {
        const verifier = moment.request.form.get('code_verifier');
        if (verifier !== null) secrets.add(verifier);
      }
      if (moment.kind !== 'told') continue;
      const kind = /(access|refresh|code|secret)-[ab]-/.exec(moment.text)?.[1];
      if (kind !== undefined) return `${words[kind]} was`;
      for (const secret of secrets) if (moment.text.includes(secret)) return 'a state or verifier was';
    }
    return undefined;
  },
};

const signOutForgets: Rule = {
  says: 'after a sign-out no token is stored, and none from before is sent',
  spec: ['TOK-10'],
  judge({ moments }) {
    const known = new Set<string>();
    let forgotten = new Set<string>();
    for (const moment of moments) {
      if (moment.kind === 'left in store' && /(access|refresh|code)-[ab]-/.test(moment.text))
        return 'a token was left in the store';
      if (moment.kind === 'logged out') forgotten = new Set(known);
      if (moment.kind !== 'exchange') continue;
      const token = bearerOf(moment);
      if (token !== undefined && forgotten.has(token)) return `${nameOf(moment)} carries a token from before`;
      if (token !== undefined) known.add(token);
    }
    return undefined;
  },
};

export const credentialRules: readonly Rule[] = [
  credentialsStayAtIssuer,
  verifiersStayAtServer,
  tokensInHeaders,
  tokensOfTheResponsible,
  nothingToTheRefused,
  nobodyToTheRefused,
  nothingIsTold,
  signOutForgets,
];
