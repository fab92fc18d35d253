// A client as many are written: it does what works with one server, and checks nothing. `short.js URL`
import { createHash, randomBytes } from 'node:crypto';
import { useTools } from '../conformance/mcp.ts';

const resource = process.argv[2] ?? '';
const redirectUri = 'http://127.0.0.1:41998/callback';
let token: string | undefined;

async function logIn(challenge: string): Promise<void> {
  const { origin, pathname } = new URL(resource);
  const pointer = /resource_metadata="([^"]+)"/.exec(challenge)?.[1];
  const where = pointer ?? `${origin}/.well-known/oauth-protected-resource${pathname}`;
  const about = await (await fetch(where)).json();
  const issuer: string = about.authorization_servers[0];
  const server = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
  const registration = {
    client_name: 'short',
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
  };
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(registration);
  const client = await (await fetch(server.registration_endpoint, { method: 'POST', headers, body })).json();
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    resource,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const answer = await fetch(url, { redirect: 'manual' });
  const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const grant = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    client_id: client.client_id,
  };
  const form = new URLSearchParams({ ...grant, code_verifier: verifier, resource });
  token = (await (await fetch(server.token_endpoint, { method: 'POST', body: form })).json()).access_token;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const again = (): Promise<Response> =>
    fetch(url, {
      ...init,
      headers: {
        ...(init.headers as Record<string, string>),
        ...(token && { authorization: `Bearer ${token}` }),
      },
    });
  const first = await again();
  if (first.status !== 401) return first;
  await logIn(first.headers.get('www-authenticate') ?? '');
  return again();
}

await useTools(send, resource, { protocolVersion: '2025-11-25' });
