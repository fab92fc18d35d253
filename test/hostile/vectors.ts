// Vectors that every runtime has to answer alike: judges of hostile input, cryptography, and one whole login without a network.
import * as oauth from 'oauth4webapi';
import { createAuthEngine, encryptedStore, hostUserAgent, memoryStore } from '../../index.ts';
import { judgeAuthorizationResponse } from '../../protocol/authorizationResponse.ts';
import { readChallenge } from '../../protocol/challenge.ts';
import { judgeNamedAddress } from '../../protocol/reach.ts';
import { shown, withoutSecrets } from '../../protocol/text.ts';
import { judgeTokenResponse } from '../../protocol/tokenResponse.ts';
import { judgeIssuer, resourceMetadataUrls, serverMetadataUrls } from '../../protocol/wellKnown.ts';

const RESOURCE = 'https://mcp.example/mcp';
const ISSUER = 'https://as.example';

const addresses = [
  'https://as.example/token',
  'https://0x7f.1/',
  'https://017700000001/',
  'https://[::ffff:10.0.0.1]/',
  'https://10.0.0.1./',
  'https://as.example@evil.example/',
  'https://bücher.example/a',
  'http://as.example/',
  'javascript:alert(1)',
  'https://as.example\\@evil.example/',
];
const challenges = [
  'Basic realm="x", Bearer resource_metadata="https://mcp.example/m", scope="a b"',
  'BEARER Error="invalid_token", x_resource_metadata="https://evil.example"',
  'Bearer error_description="scope=\\"admin\\", more", scope="read"',
  'Bearer scope="a", scope="b"',
  'Bearer realm="never closed',
  'Bearer __proto__="x", scope="read"',
];
const responses = ['code=a', 'code=a&code=b', 'code=a&error=b', 'error=access_denied', 'access_token=x', ''];
const tokens = [
  '{"access_token":"a","token_type":"bearer","expires_in":"3600"}',
  '{"access_token":"a","token_type":"Bearer","expires_in":1e400}',
  '{"access_token":"a\\r\\nb","token_type":"Bearer"}',
  '{"access_token":"a","token_type":"Bearer","error":"invalid_grant"}',
  '{"__proto__":{"access_token":"a","token_type":"Bearer"}}',
  '[]',
];
const texts = ['plain', '\u001b[31mred', 'a\u202eb', '\ud800', 'é\u200dè', '🔑'.repeat(120)];

/** The answers to all vectors, as data that travels. */
export async function answers(): Promise<unknown> {
  const expected = { state: 's', issuer: ISSUER, sendsIssuer: false };
  const all = {
    addresses: addresses.map((text) => {
      const verdict = judgeNamedAddress(text, RESOURCE);
      return verdict.ok ? verdict.url.href : verdict.reason;
    }),
    challenges: challenges.map((header) => readChallenge(401, header)),
    issuers: ['https://a.example/%2e%2e/b', 'https://a.example/x;y', ISSUER].map(
      (one) => judgeIssuer(one).ok,
    ),
    places: [resourceMetadataUrls(`${RESOURCE}?a=b`), serverMetadataUrls(`${ISSUER}/tenant/`)],
    responses: responses.map((query) => {
      const { kind } = judgeAuthorizationResponse(`https://app.example/?state=s&${query}`, expected);
      return kind;
    }),
    tokens: tokens.map((text) => judgeTokenResponse(200, text)),
    texts: texts.map((text) => shown(text)),
    secrets: ['said c2VjcmV0LXRva2Vu', 'said secret%2Dtoken', 'said nothing'].map((text) =>
      withoutSecrets(text, ['secret-token']),
    ),
    // RFC 7636 appendix B.
    challenge: await oauth.calculatePKCECodeChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
    sealed: await sealedAndOpened(),
    login: await wholeLogin(),
  };
  return JSON.parse(JSON.stringify(all));
}

async function sealedAndOpened(): Promise<unknown> {
  const home = memoryStore();
  const store = encryptedStore(home, { current: { id: 'one', key: new Uint8Array(32).fill(7) } });
  await store.put('grant:a', 'é and 🔑', undefined);
  const [sealed, opened] = [await home.get('grant:a'), await store.get('grant:a')];
  return { hidden: sealed?.text.includes('🔑') === false, text: opened?.text };
}

/** Servers without a network: what they answer to each request. */
function serversIn(lines: string[]): typeof fetch {
  const metadata = {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    registration_endpoint: `${ISSUER}/register`,
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    authorization_response_iss_parameter_supported: true,
  };
  const token = { access_token: 'token', token_type: 'Bearer', expires_in: 3600, refresh_token: 'refresh' };
  const bodies: Readonly<Record<string, unknown>> = {
    '/.well-known/oauth-protected-resource/mcp': { resource: RESOURCE, authorization_servers: [ISSUER] },
    '/.well-known/oauth-authorization-server': metadata,
    '/token': token,
  };
  return async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const request = input instanceof Request ? input : new Request(input, init);
    lines.push(`${request.method} ${pathname}`);
    if (pathname === '/mcp') {
      const isKnown = request.headers.get('authorization') === 'Bearer token';
      return new Response(null, { status: isKnown ? 200 : 401 });
    }
    if (pathname !== '/register')
      return Response.json(bodies[pathname] ?? {}, { status: bodies[pathname] ? 200 : 404 });
    const asked = (await request.json()) as object;
    return Response.json({ ...asked, client_id: 'client' }, { status: 201 });
  };
}

async function wholeLogin(): Promise<unknown> {
  const lines: string[] = [];
  let led: (url: string) => void = () => {};
  const isLed = new Promise<string>((resolve) => {
    led = resolve;
  });
  const userAgent = hostUserAgent({
    redirectUri: 'https://app.example/callback',
    present: ({ url }) => led(url),
  });
  const engine = createAuthEngine({ client: { name: 'vectors' }, fetch: serversIn(lines), userAgent });
  const session = engine.session({ resource: RESOURCE });
  const login = session.login();
  const asked = new URL(await Promise.race([isLed, login.then(() => ISSUER)]));
  const state = asked.searchParams.get('state') ?? '';
  await engine.complete(
    `https://app.example/callback?code=c&iss=${encodeURIComponent(ISSUER)}&state=${state}`,
  );
  await login;
  const { status } = await session.fetch(RESOURCE, { method: 'POST', body: '{}' });
  const parameters = [...asked.searchParams.keys()].sort();
  const { states } = session.explain();
  await engine.dispose();
  return { lines, status, states, parameters };
}
