// Engines that misbehave in one way each, on the wire: what the rules are there to notice.
import type { UserAgent } from '../../../index.ts';
import type { Sabotage } from './runner.ts';

type Send = (request: Request, send: typeof fetch) => Promise<Response>;

/** Puts something between the engine and the network. */
const onTheWire =
  (make: () => Send): Sabotage =>
  (options) => {
    const { fetch: send = fetch } = options;
    const work = make();
    return { ...options, fetch: (input, init) => work(new Request(input, init), send) };
  };

const isTokenRequest = ({ url }: Request): boolean => url.endsWith('/token');

const bodyOf = async (request: Request): Promise<URLSearchParams> =>
  new URLSearchParams(await request.clone().text());

/** Leads people somewhere else than the engine wanted; `change` works on the parameters. */
const atTheDoor =
  (make: () => (said: URLSearchParams) => void): Sabotage =>
  (options) => {
    const change = make();
    const present: UserAgent['present'] = (request) => {
      const url = new URL(request.url);
      change(url.searchParams);
      return options.userAgent.present({ ...request, url: url.href });
    };
    return { ...options, userAgent: { ...options.userAgent, present } };
  };

/** The last access token goes along with whatever an authorization server is asked. */
const tokenToServers = onTheWire(() => {
  let authorization: string | null = null;
  return (request, send) => {
    const own = request.headers.get('authorization');
    authorization = own ?? authorization;
    if (own !== null || authorization === null || !request.url.endsWith('/register')) return send(request);
    return send(new Request(request, { headers: { ...Object.fromEntries(request.headers), authorization } }));
  };
});

const clientIdForAll = onTheWire(() => {
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

const codeTwice = onTheWire(() => async (request, send) => {
  const isCode = isTokenRequest(request) && (await bodyOf(request)).has('code');
  if (isCode) await (await send(request.clone())).text();
  return send(request);
});

const refreshTwice = onTheWire(() => {
  let last: Request | undefined;
  return async (request, send) => {
    if (!isTokenRequest(request) || !(await bodyOf(request)).has('refresh_token')) return send(request);
    const again = last?.clone();
    last = request.clone();
    if (again) await (await send(again)).text();
    return send(request);
  };
});

const tokenInUrl = onTheWire(() => (request, send) => {
  const [, token] = (request.headers.get('authorization') ?? '').split('Bearer ');
  if (token === undefined) return send(request);
  return send(new Request(`${request.url}?access_token=${token}`, request));
});

const scopesDropped = atTheDoor(() => (said) => {
  const [last = ''] = (said.get('scope') ?? '').split(' ').slice(-1);
  said.set('scope', last);
});

const stateKept = atTheDoor(() => {
  let first: string | null = null;
  return (said) => {
    first ??= said.get('state');
    said.set('state', first ?? '');
  };
});

const withoutPkce = atTheDoor(() => (said) => {
  for (const name of ['code_challenge', 'code_challenge_method']) said.delete(name);
});

const unasked: Sabotage = (options) => ({ ...options, policy: { ...options.policy, interaction: 'auto' } });

/** Every server's metadata says what is wanted to be heard. */
const pkceBelieved = onTheWire(() => async (request, send) => {
  const response = await send(request);
  if (!request.url.includes('/.well-known/oauth-authorization-server') || !response.ok) return response;
  const document = { ...(await response.json()), code_challenge_methods_supported: ['S256'] };
  return Response.json({ ...document, issuer: new URL(request.url).origin });
});

/** The resource's metadata is read once, and believed for ever. */
const neverAgain = onTheWire(() => {
  let first: string | undefined;
  return async (request, send) => {
    const response = await send(request);
    if (!request.url.includes('/.well-known/oauth-protected-resource') || !response.ok) return response;
    first ??= await response.text();
    return new Response(first, { headers: { 'content-type': 'application/json' } });
  };
});

const sleepless: Sabotage = (options) => ({ ...options, sleep: () => new Promise<void>(() => {}) });

/** The refusal of a registration says what was sent, and that has a secret in it. */
const talkative: Sabotage = (options) => {
  const refusing = onTheWire(() => async (request, send) => {
    const response = await send(request);
    return request.url.endsWith('/register') ? new Response(null, { status: 400 }) : response;
  });
  return refusing({ ...options, client: { ...options.client, name: 'code-a-secret' } });
};

/** Each with the rule that has to notice, by what it says or by its requirement. */
export const sabotages: readonly (readonly [name: string, sabotage: Sabotage, noticed: RegExp])[] = [
  [
    'an access token is sent to the authorization server',
    tokenToServers,
    /BIND-2.*an access token of server A/s,
  ],
  ['one client id is used everywhere', clientIdForAll, /BIND-2.*a client id of server/s],
  ['a code is sent twice', codeTwice, /AUTHZ-3.*a code that was sent before/s],
  ['a refresh token is sent twice', refreshTwice, /TOK-5.*refresh token that was replaced/s],
  ['a token is in the URL', tokenInUrl, /TOK-1.*the URL of/s],
  ['a step-up drops scopes', scopesDropped, /STEP-1.*is not asked for/s],
  ['the state is not fresh', stateKept, /AUTHZ-3.*state is that of an earlier request/s],
  ['there is no PKCE', withoutPkce, /AUTHZ-1.*code_challenge/s],
  ['`ask` is taken for `auto`', unasked, /AUTHZ-11.*had not asked/s],
  ['wrong metadata is believed', pkceBelieved, /DISC-8.*all the same|DISC-8.*nobody had read/s],
  ['the resource is never looked at again', neverAgain, /BIND-3.*did not name/s],
  ['nothing that waits ends', sleepless, /TOK-7.*the call does not/s],
  ['a secret is told', talkative, /no secret is told.*a code was/s],
];
