// DISC-14: a public resource, and whoever it names, has nothing asked at a private, link-local or reserved address.
import { describe, expect, it } from 'vitest';
import { AuthError, createAuthEngine, type EngineOptions, memoryStore } from '../../index.ts';
import { testHost } from '../support/engine.ts';

const RESOURCE = 'https://mcp.example.com/mcp';
const ISSUER = 'https://as.example.com';

type Documents = { pointer?: string; resource?: object; server?: object };

/** The public web: one resource and one server. Whatever else is asked is noted, and answered as if it were there. */
function web({ pointer, resource = {}, server = {} }: Documents) {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.push(url.origin);
    if (url.pathname.includes('oauth-protected-resource'))
      return Response.json({ resource: RESOURCE, authorization_servers: [ISSUER], ...resource });
    if (url.pathname.includes('.well-known'))
      return Response.json({ ...metadata(url.origin), ...(url.origin === ISSUER && server) });
    const challenge = `Bearer${pointer === undefined ? '' : ` resource_metadata="${pointer}"`}`;
    return new Response(null, { status: 401, headers: { 'www-authenticate': challenge } });
  };
  return { fetch, strange: () => asked.filter((origin) => !origin.endsWith('.example.com')) };
}

const metadata = (issuer: string): object => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  registration_endpoint: `${issuer}/register`,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
});

async function login(of: Documents, policy: EngineOptions['policy'] = {}) {
  const { fetch, strange } = web(of);
  const { userAgent, presented } = testHost();
  const engine = createAuthEngine({
    client: { name: 'tests' },
    store: memoryStore(),
    userAgent,
    fetch,
    policy: { loginTimeout: 500, ...policy },
  });
  const failure = await engine
    .session({ resource: RESOURCE })
    .login()
    .catch((error: unknown) => error);
  await engine.dispose();
  return { failure, strange: strange(), presented };
}

const places = [
  'https://169.254.169.254',
  'https://10.0.0.1',
  'https://172.31.255.255:8443',
  'https://192.168.1.1.',
  'https://[::ffff:10.0.0.1]',
  'https://[fe80::1]',
  'https://[fc00::1]',
  'https://0xA9FEA9FE',
  'https://100.64.0.1',
  'https://0.0.0.0',
  'https://224.0.0.1',
  'https://127.0.0.1',
  'https://metadata.google.internal',
  'https://printer.local',
  'https://intranet',
];

describe('DISC-14: of a public resource', () => {
  it.each(places)('D01, D02, D03: a server at %s is not asked', async (place) => {
    const { failure, strange, presented } = await login({ resource: { authorization_servers: [place] } });
    expect(failure).toBeInstanceOf(AuthError);
    expect(failure).toMatchObject({ code: 'address_refused', phase: 'discovering', recovery: 'none' });
    expect([strange, presented]).toEqual([[], []]);
  });

  it.each(places)('D01: metadata at %s is not asked for', async (place) => {
    const { failure, strange } = await login({
      pointer: `${place}/.well-known/oauth-protected-resource/mcp`,
    });
    expect(failure).toMatchObject({ code: 'address_refused' });
    expect(strange).toEqual([]);
  });

  it.each(
    ['authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'revocation_endpoint'].flatMap(
      (name) => places.slice(0, 8).map((place) => [name, place] as const),
    ),
  )('D38: a server whose %s is at %s is not used', async (name, place) => {
    const { failure, strange, presented } = await login({ server: { [name]: `${place}/x` } });
    expect(failure).toMatchObject({ code: 'address_refused' });
    expect([strange, presented]).toEqual([[], []]);
  });

  it('D02: one at a private address is passed over where another one is public', async () => {
    const listed = ['https://10.0.0.1', ISSUER];
    const { strange, presented } = await login({ resource: { authorization_servers: listed } });
    expect(strange).toEqual([]);
    expect(presented).toEqual([]);
  });

  it('D02: one that the host knows is asked, and said to be an exception', async () => {
    const origin = 'https://10.0.0.1';
    const { strange } = await login(
      { resource: { authorization_servers: [origin] } },
      { dangerouslyAllowPrivateAddressAt: [origin] },
    );
    expect(new Set(strange)).toEqual(new Set([origin]));
  });
});
