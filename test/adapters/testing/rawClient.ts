// A client that a test drives by hand through a test world: right by itself, and wrong where the test says so.

import { challengeOf } from '../../../adapters/testing/servers/grants.ts';
import type { TestWorld } from '../../../adapters/testing.ts';

/** Parameters; what is undefined is left out, and a list is sent several times. */
export type Changes = Readonly<Record<string, string | readonly string[] | undefined>>;

export const REDIRECT_URI = 'http://127.0.0.1:4711/callback';
const VERIFIER = 'v'.repeat(43);

function parameters(right: Changes, changes: Changes = {}): URLSearchParams {
  const all = Object.entries({ ...right, ...changes });
  return new URLSearchParams(
    all.flatMap(([name, value]) => [value ?? []].flat().map((one): [string, string] => [name, one])),
  );
}

type Json = Record<string, unknown>;

/** What an OAuth endpoint has answered. */
export interface Answered {
  readonly status: number;
  readonly json: Json;
  readonly headers: Headers;
}

export async function sent(
  world: TestWorld,
  url: string,
  init: RequestInit & { readonly form?: URLSearchParams } = {},
): Promise<Answered> {
  const { form, ...rest } = init;
  const response = await world.fetch(url, {
    redirect: 'manual',
    ...rest,
    ...(form && { method: 'POST', body: form }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, json: isJson ? JSON.parse(text) : { text }, headers: response.headers };
}

/** Registers a client that may do everything a public client may. @returns its id, and what else was answered. */
export async function registered(world: TestWorld, server = 'a', changes: Json = {}): Promise<Json> {
  const document = {
    client_name: 'Raw',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    token_endpoint_auth_method: 'none',
    ...changes,
  };
  const { json } = await sent(world, `${world.urlOf(server)}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(document),
  });
  return json;
}

/** Asks the person. @returns what their browser is sent back with, or the page that it stays at. */
export async function authorized(
  world: TestWorld,
  clientId: unknown,
  changes: Changes = {},
  server = 'a',
): Promise<{ readonly status: number; readonly back: URLSearchParams }> {
  const query = parameters(
    {
      response_type: 'code',
      client_id: String(clientId),
      redirect_uri: REDIRECT_URI,
      code_challenge: await challengeOf(VERIFIER),
      code_challenge_method: 'S256',
      resource: world.resource,
      scope: 'read',
      state: 'the state of the client',
    },
    changes,
  );
  const { status, headers } = await sent(world, `${world.urlOf(server)}/authorize?${query}`);
  const location = headers.get('location');
  return { status, back: new URL(location ?? 'http://nowhere.invalid').searchParams };
}

/** A token request with a code that was just issued. */
export async function exchanged(
  world: TestWorld,
  clientId: unknown,
  changes: Changes = {},
  server = 'a',
): Promise<Answered> {
  const code = changes['code'] ?? (await authorized(world, clientId)).back.get('code') ?? '';
  return tokens(world, { client_id: String(clientId), ...changes, code }, server);
}

/** A token request. @param changes of one with a code. */
export function tokens(
  world: TestWorld,
  changes: Changes,
  server = 'a',
  init: RequestInit = {},
): Promise<Answered> {
  const form = parameters(
    {
      grant_type: 'authorization_code',
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
      resource: world.resource,
    },
    changes,
  );
  return sent(world, `${world.urlOf(server)}/token`, { ...init, form });
}
