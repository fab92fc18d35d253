// Rules about scopes and bounds: nothing that was asked for is lost, and nothing goes on for ever.
import {
  bearerOf,
  type Exchange,
  isTokenRequest,
  type Mark,
  type Moment,
  objectOf,
  type Rule,
} from '../recording.ts';

type Presented = Extract<Mark, { kind: 'presented' }>;

const scopesOf = (text: string | null | undefined): readonly string[] =>
  (text ?? '').split(' ').filter((scope) => scope !== '');

const scopesAccumulate: Rule = {
  says: 'scopes asked for at one server keep all that was requested and granted there before, until the sign-out',
  spec: ['STEP-1', 'STEP-2', 'STEP-6'],
  judge({ moments }) {
    const accumulated = new Map<string, Set<string>>();
    const asked = new Map<string, string | null>();
    // Tokens count from their first use on: before it, nobody knows whether they arrived.
    const issued = new Map<string, { readonly at: string; readonly scopes: readonly string[] }>();
    for (const moment of moments) {
      // It takes its time, and what came in between goes, too.
      const isLogout =
        moment.kind === 'logout' || (moment.kind === 'outcome' && moment.what === 'the logout');
      if (isLogout) for (const of of [accumulated, issued]) of.clear();
      if (moment.kind === 'presented') {
        const scope = moment.url.searchParams.get('scope');
        const before = accumulated.get(String(moment.at)) ?? [];
        const lost = [...before].filter((one) => !scopesOf(scope).includes(one));
        if (lost.length > 0)
          return `server ${moment.at?.toUpperCase()} is not asked for ${lost.join(' ')} any more`;
        asked.set(moment.url.searchParams.get('code_challenge') ?? '', scope);
      }
      if (moment.kind !== 'exchange') continue;
      const { request, answer } = moment;
      const { access_token: token, scope } = objectOf(answer);
      if (typeof token === 'string' && isTokenRequest(moment, 'authorization_code')) {
        const granted = scopesOf(typeof scope === 'string' ? scope : '');
        const requested = scopesOf(requestedFor(request.form.get('code'), moments));
        issued.set(token, { at: request.at, scopes: [...granted, ...requested] });
      }
      const used = issued.get(bearerOf(moment) ?? '');
      if (used) accumulated.set(used.at, new Set([...(accumulated.get(used.at) ?? []), ...used.scopes]));
    }
    return undefined;
  },
};

/** The scopes of the authorization request that this code was given for. */
function requestedFor(code: string | null, moments: readonly Moment[]): string | null {
  for (const moment of moments)
    if (moment.kind === 'exchange' && moment.answer.headers?.['location']?.includes(`code=${code}&`))
      return moment.request.query.get('scope');
  return null;
}

/** Authorizations without a request that the resource accepted in between. */
const MAX_AUTHORIZATIONS = 2;
/** Step-ups for one operation. */
const MAX_STEP_UPS = 2;

/** By process: what it counts begins again. */
const resets = (moment: Moment): number | undefined =>
  moment.kind === 'login' || moment.kind === 'logout' ? moment.process : undefined;

/** Asked anew; the same request shown again is none. */
function isNew(moment: Moment, shown: Set<string>): moment is Presented {
  if (moment.kind !== 'presented' || shown.has(moment.url.href)) return false;
  shown.add(moment.url.href);
  return true;
}

const isAccepted = (moment: Moment): moment is Exchange =>
  moment.kind === 'exchange' &&
  bearerOf(moment) !== undefined &&
  moment.answer.status !== 401 &&
  !moment.answer.cut;

/** Errors of an authorization response that lead to one new registration. */
const replacing = ['unauthorized_client', 'invalid_scope'];

/** By process: its client was refused, and may be replaced. @returns nothing when nobody's was. */
function refusedClientOf(moment: Moment, leaders: ReadonlyMap<string, number>): number | undefined {
  if (moment.kind !== 'exchange') return undefined;
  const { request, answer, process } = moment;
  if (request.path === '/token') return answer.status === 401 ? process : undefined;
  const error = /[?&]error=(\w+)/.exec(answer.headers?.['location'] ?? '')?.[1] ?? '';
  const isReplaced = request.path === '/authorize' && replacing.includes(error);
  return isReplaced ? leaders.get(request.query.get('state') ?? '') : undefined;
}

/** Remembers which process has led the person to a request. */
function lead(moment: Moment, leaders: Map<string, number>): void {
  if (moment.kind === 'presented') leaders.set(moment.url.searchParams.get('state') ?? '', moment.process);
}

const authorizationsBounded: Rule = {
  says: 'a person is not led to log in again and again while the resource accepts nothing',
  spec: ['TOK-9', 'STEP-4'],
  judge({ moments }) {
    const shown = new Set<string>();
    const authorizations = new Map<number, number>();
    // A client that was forgotten is replaced once, and then the login is made again.
    const replaced = new Set<number>();
    const leaders = new Map<string, number>();
    // Each chart has a budget of its own.
    const charts = new Map<number, number>();
    for (const moment of moments) {
      lead(moment, leaders);
      if (moment.kind === 'engine') charts.set(moment.process, moment.charts);
      const reset = isAccepted(moment) ? moment.process : resets(moment);
      if (reset !== undefined) {
        authorizations.delete(reset);
        replaced.delete(reset);
      }
      const refused = refusedClientOf(moment, leaders);
      if (refused !== undefined) replaced.add(refused);
      if (!isNew(moment, shown)) continue;
      const count = (authorizations.get(moment.process) ?? 0) + 1;
      authorizations.set(moment.process, count);
      const most = MAX_AUTHORIZATIONS * (charts.get(moment.process) ?? 1);
      if (count > most + (replaced.has(moment.process) ? 1 : 0)) return `${count} logins without success`;
    }
    return undefined;
  },
};

const toolOf = (body: string): string => /"name":"(\w+)"/.exec(body)?.[1] ?? '';

const stepUpsBounded: Rule = {
  says: 'one operation leads to two step-ups at most',
  spec: ['STEP-4'],
  judge({ moments }) {
    const shown = new Set<string>();
    // By process.
    const stepUps = new Map<number, Map<string, number>>();
    const challenged = new Map<number, string>();
    const leaders = new Map<string, number>();
    let tools: readonly string[] = [];
    for (const moment of moments) {
      lead(moment, leaders);
      const reset = resets(moment);
      if (reset !== undefined) stepUps.delete(reset);
      if (moment.kind === 'step') {
        tools = moment.step.do === 'call' ? moment.step.tools : [];
        challenged.clear();
      }
      const refused = refusedClientOf(moment, leaders);
      if (refused !== undefined) challenged.delete(refused);
      if (moment.kind === 'exchange' && moment.request.at === 'resource' && moment.request.method === 'POST')
        challenged.set(moment.process, moment.answer.status === 403 ? toolOf(moment.request.body) : '');
      // Where several are called at once, nobody can say from outside whose step-up it is.
      if (!isNew(moment, shown) || tools.length !== 1) continue;
      const by = moment.process;
      const tool = challenged.get(by) ?? '';
      const counts = stepUps.get(by) ?? new Map<string, number>();
      const count = (counts.get(tool) ?? 0) + 1;
      if (tool !== '' && count > MAX_STEP_UPS) return `${count} step-ups for ${tool}`;
      stepUps.set(by, counts.set(tool, count));
      challenged.delete(by);
    }
    return undefined;
  },
};

/** One that is not there yet, or is in doubt; and one in its place where the server refuses it. */
const MAX_REGISTRATIONS = 2;

const registrationsBounded: Rule = {
  says: `one login registers ${MAX_REGISTRATIONS} clients at most`,
  spec: ['REG-10', 'REG-11'],
  judge({ moments }) {
    // By process and server: what arrived well, since somebody asked, or the resource accepted something.
    const registered = new Map<string, number>();
    for (const moment of moments) {
      const reset = isAccepted(moment) ? moment.process : resets(moment);
      if (reset !== undefined || moment.kind === 'step')
        for (const key of registered.keys())
          if (moment.kind === 'step' || key.startsWith(`${reset} `)) registered.delete(key);
      if (moment.kind !== 'exchange' || moment.request.path !== '/register') continue;
      if (objectOf(moment.answer)['client_id'] === undefined) continue;
      const key = `${moment.process} ${moment.request.at}`;
      const count = (registered.get(key) ?? 0) + 1;
      registered.set(key, count);
      if (count > MAX_REGISTRATIONS) return `${count} clients were registered`;
    }
    return undefined;
  },
};

/** More than any step has reason for. */
const MAX_REQUESTS = 60;

const requestsBounded: Rule = {
  says: `one step makes ${MAX_REQUESTS} requests at most`,
  spec: ['STEP-4', 'TOK-7', 'TOK-9'],
  judge({ moments }) {
    let requests = 0;
    for (const { kind } of moments) {
      if (kind === 'step') requests = 0;
      if (kind === 'exchange') requests += 1;
      if (requests > MAX_REQUESTS) return 'there are more';
    }
    return undefined;
  },
};

export const boundRules: readonly Rule[] = [
  scopesAccumulate,
  authorizationsBounded,
  registrationsBounded,
  stepUpsBounded,
  requestsBounded,
];
