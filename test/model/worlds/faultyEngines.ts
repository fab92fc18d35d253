// Engines that misbehave in one way each, on the wire: what the rules are there to notice.
import type { UserAgent } from '../../../index.ts';
import type { EngineFault } from './process.ts';

type Send = (request: Request, send: typeof fetch) => Promise<Response>;

/** Puts something between the engine and the network. */
const onRequests =
  (make: () => Send): EngineFault =>
  (options) => {
    const { fetch: send = fetch } = options;
    const work = make();
    return { ...options, fetch: (input, init) => work(new Request(input, init), send) };
  };

const isTokenRequest = ({ url }: Request): boolean => url.endsWith('/token');

const bodyOf = async (request: Request): Promise<URLSearchParams> =>
  new URLSearchParams(await request.clone().text());

/** Leads people somewhere else than the engine wanted; `change` works on the parameters. */
const inAuthorizationRequest =
  (make: () => (said: URLSearchParams) => void): EngineFault =>
  (options) => {
    const change = make();
    const { userAgent } = options;
    if (!userAgent) throw new Error('There is no user agent to come between.');
    const present: UserAgent['present'] = (request) => {
      const url = new URL(request.url);
      change(url.searchParams);
      return userAgent.present({ ...request, url: url.href });
    };
    return { ...options, userAgent: { ...userAgent, present } };
  };

/** The last access token goes along with whatever an authorization server is asked. */
const tokenToServers = onRequests(() => {
  let authorization: string | null = null;
  return (request, send) => {
    const own = request.headers.get('authorization');
    authorization = own ?? authorization;
    if (own !== null || authorization === null || !request.url.endsWith('/register')) return send(request);
    return send(new Request(request, { headers: { ...Object.fromEntries(request.headers), authorization } }));
  };
});

const clientIdForAll = onRequests(() => {
  let first: string | null = null;
  return async (request, send) => {
    if (!isTokenRequest(request)) return send(request);
    const body = await bodyOf(request);
    first ??= body.get('client_id');
    if (first !== null) body.set('client_id', first);
    return send(
      new Request(request.url, { method: 'POST', headers: request.headers, body, signal: request.signal }),
    );
  };
});

const codeTwice = onRequests(() => async (request, send) => {
  const isCode = isTokenRequest(request) && (await bodyOf(request)).has('code');
  if (isCode) await (await send(request.clone())).text();
  return send(request);
});

const refreshTwice = onRequests(() => {
  let last: Request | undefined;
  return async (request, send) => {
    if (!isTokenRequest(request) || !(await bodyOf(request)).has('refresh_token')) return send(request);
    const again = last?.clone();
    last = request.clone();
    if (again) await (await send(again)).text();
    return send(request);
  };
});

const registeredAgain = onRequests(() => async (request, send) => {
  if (request.url.endsWith('/register'))
    for (let more = 0; more < 2; more += 1) await (await send(request.clone())).text();
  return send(request);
});

const tokenInUrl = onRequests(() => (request, send) => {
  const [, token] = (request.headers.get('authorization') ?? '').split('Bearer ');
  if (token === undefined) return send(request);
  return send(new Request(`${request.url}?access_token=${token}`, request));
});

const scopesDropped = inAuthorizationRequest(() => (said) => {
  const [last = ''] = (said.get('scope') ?? '').split(' ').slice(-1);
  said.set('scope', last);
});

const stateKept = inAuthorizationRequest(() => {
  let first: string | null = null;
  return (said) => {
    first ??= said.get('state');
    said.set('state', first ?? '');
  };
});

const withoutPkce = inAuthorizationRequest(() => (said) => {
  for (const name of ['code_challenge', 'code_challenge_method']) said.delete(name);
});

const withoutAsking: EngineFault = (options) => ({
  ...options,
  policy: { ...options.policy, interaction: 'auto' },
});

/** Every server's metadata says what is wanted to be heard. */
const pkceBelieved = onRequests(() => async (request, send) => {
  const response = await send(request);
  if (!request.url.includes('/.well-known/oauth-authorization-server') || !response.ok) return response;
  const document = { ...(await response.json()), code_challenge_methods_supported: ['S256'] };
  return Response.json({ ...document, issuer: new URL(request.url).origin });
});

/** The resource's metadata is read once, and believed for ever. */
const metadataReadOnce = onRequests(() => {
  let first: string | undefined;
  return async (request, send) => {
    const response = await send(request);
    if (!request.url.includes('/.well-known/oauth-protected-resource') || !response.ok) return response;
    first ??= await response.text();
    return new Response(first, { headers: { 'content-type': 'application/json' } });
  };
});

const sleepNeverEnds: EngineFault = (options) => ({ ...options, sleep: () => new Promise<void>(() => {}) });

/** The refusal of a registration says what was sent, and that has a secret in it. */
const secretInName: EngineFault = (options) => {
  const refusing = onRequests(() => async (request, send) => {
    const response = await send(request);
    return request.url.endsWith('/register') ? new Response(null, { status: 400 }) : response;
  });
  return refusing({ ...options, client: { ...options.client, name: 'code-a-secret' } });
};

/** Each with the rule that has to notice, by what it says or by its requirement. */
export const engineFaults: readonly (readonly [name: string, fault: EngineFault, noticed: RegExp])[] = [
  [
    'an access token is sent to the authorization server',
    tokenToServers,
    /BIND-2.*an access token of server A|TOK-3.*carries an access token/s,
  ],
  ['one client id is used everywhere', clientIdForAll, /BIND-2.*a client id of server/s],
  ['a code is sent twice', codeTwice, /AUTHZ-3.*a code that was sent before/s],
  ['a refresh token is sent twice', refreshTwice, /TOK-5.*refresh token that was replaced/s],
  ['a client is registered again and again', registeredAgain, /REG-10.*clients were registered/s],
  ['a token is in the URL', tokenInUrl, /TOK-1.*the URL of/s],
  ['a step-up drops scopes', scopesDropped, /STEP-1.*is not asked for/s],
  ['the state is not fresh', stateKept, /AUTHZ-3.*state is that of an earlier request/s],
  ['there is no PKCE', withoutPkce, /AUTHZ-1.*code_challenge/s],
  ['`ask` is taken for `auto`', withoutAsking, /AUTHZ-11.*had not asked/s],
  ['wrong metadata is believed', pkceBelieved, /DISC-8.*all the same|DISC-8.*nobody had read/s],
  ['the resource is never looked at again', metadataReadOnce, /BIND-3.*did not name/s],
  ['nothing that waits ends', sleepNeverEnds, /TOK-7.*the call does not|TOK-13.*waits on/s],
  ['a secret is told', secretInName, /no secret is told.*a code was/s],
];
