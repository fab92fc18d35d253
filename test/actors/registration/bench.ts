// Registers a client at a server that answers as a test says.
import { serverFacts } from '../../../actors/records/facts.ts';
import { registerClient } from '../../../actors/registration/registerClient.ts';
import type { Tools } from '../../../actors/tools/tools.ts';
import type { Work } from '../../../contract/work.ts';
import type { RegistrationTry } from '../../../protocol/registrationRefusal.ts';
import { keys } from '../../../stores/records.ts';
import { samples } from '../../stores/recordSamples.ts';
import { testHost } from '../../support/engine.ts';
import { doorThat, type Reply } from '../door.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
export const { session } = of.pending.value;
export const { issuer, client } = of.registration.value;
export const redirectUri = 'http://127.0.0.1/callback';
const never = new AbortController().signal;
export const made: Reply = { status: 201, body: { client_id: 'new', redirect_uris: [redirectUri] } };
export const refusing = (error: string, status = 400): Reply => ({ status, body: { error } });
export const place = keys.registration(issuer, 'host');
export const spendAt = keys.spend(place, redirectUri);

export type Input = Work['registerClient']['input'];
const input = (change: Partial<Input> = {}): Input => ({
  session,
  server: serverFacts(of.pending.value.server),
  redirectUri,
  scopes: ['read', 'write'],
  refusedClient: null,
  ...change,
});

/** Registers a client through a door that answers so; `keep` stores a registration before. */
export function registering(reply: Parameters<typeof doorThat>[0], change: Partial<Tools> = {}) {
  const door = doorThat(reply);
  const told: RegistrationTry[] = [];
  const { tools, clock } = toolsFor({
    doorOf: door.doorOf,
    tellRegistration: (_session, one) => told.push(one),
    ...change,
  });
  const run = (given: Partial<Input> = {}, signal = never) => registerClient(tools)(input(given), signal);
  const keep = (more: object = {}, at = place) =>
    tools.records.write(at, { ...of.registration.value, ...more }, undefined);
  return { tools, clock, door, told, run, keep };
}

/** A user agent that is reached by the name `localhost` as well. */
export const byName = (name: string | undefined): Tools['userAgent'] => ({
  ...testHost().userAgent,
  atLocalhost: () => name,
});
export const atLocalhost = 'http://localhost/callback';
