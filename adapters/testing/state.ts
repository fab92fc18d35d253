// How a test world begins: its servers and resources, each at its own address.
import type { TestClock } from './clock.ts';
import type { ServerState, WorldState } from './ledger.ts';
import type { TestResourceOptions, TestServerOptions, WorldPlan } from './options.ts';
import type { Step } from './record.ts';
import { Secrets } from './secrets.ts';
import { stepAt } from './servers/authorizationServer.ts';
import { clientOf } from './servers/registration.ts';
import { type ResourceState, stepOfResource } from './servers/resource.ts';

/** @param originOf the origin of a server or resource. */
export function stateOf(
  plan: WorldPlan,
  originOf: (name: string) => string,
  clock: TestClock,
  ask: WorldState['ask'],
): WorldState {
  const secrets = new Secrets();
  const servers = Object.entries(plan.servers).map(([name, options]) =>
    serverOf(name, originOf(name), options, secrets),
  );
  const resources = Object.entries(plan.resources).map(([name, options]) =>
    resourceOf(name, originOf(name), options, plan),
  );
  return {
    plan,
    clock,
    secrets,
    servers: new Map(servers.map((one) => [one.name, one])),
    resources: new Map(resources.map((one) => [one.name, one])),
    accessTokens: new Map(),
    published: new Map(),
    ask,
  };
}

function serverOf(name: string, origin: string, options: TestServerOptions, secrets: Secrets): ServerState {
  const clients = (options.clients ?? []).map(clientOf);
  for (const { clientId, clientSecret } of clients) {
    secrets.learn(clientId, 'client id', name);
    if (clientSecret !== undefined) secrets.learn(clientSecret, 'client secret', name);
  }
  return {
    name,
    origin,
    issuer: origin + (options.path ?? ''),
    options,
    clients: new Map(clients.map((one) => [one.clientId, one])),
    forgotten: new Set(),
    codes: new Map(),
    deviceCodes: new Map(),
    refreshTokens: new Map(),
  };
}

function resourceOf(
  name: string,
  origin: string,
  options: TestResourceOptions,
  plan: WorldPlan,
): ResourceState {
  const scopes = options.scopes ?? plan.scopes;
  const servers = options.servers ?? Object.keys(plan.servers).slice(0, 1);
  return {
    name,
    origin,
    url: origin + (options.path ?? '/mcp'),
    servers,
    hadServers: new Set(servers),
    scopes,
    needs: options.needs ?? scopes.slice(0, 1),
    rules: [],
    serve: options.serve,
  };
}

/** Who is at an address, and which step of a login a request there is. */
export function placeAt(state: WorldState, url: URL): readonly [string, Step | undefined] {
  for (const resource of state.resources.values())
    if (resource.origin === url.origin) return [resource.name, stepOfResource(resource, url)];
  for (const server of state.servers.values())
    if (server.origin === url.origin) return [server.name, stepAt(server, url)];
  return ['elsewhere', undefined];
}
