// Registers a client at one issuer, and keeps what it got under that issuer. (RFC 7591)
import { AuthError } from '../../contract/errors.ts';
import {
  judgeRegistration,
  type RegisteredClient,
  type RegistrationRequest,
  registrationRequest,
} from '../../protocol/registration.ts';
import { fitsRegistration } from '../../protocol/registrationFit.ts';
import { adjustedRequest, registrationRefusal } from '../../protocol/registrationRefusal.ts';
import { retryAfterMs } from '../../protocol/retryAfter.ts';
import { type ClientRecord, type Key, keys, type RegistrationRecord } from '../../stores/records.ts';
import type { DoorAnswer } from '../network/door.ts';
import { registrationFacts } from '../records/facts.ts';
import { claim } from '../records/spending.ts';
import { type Act, registrationPlace, type Tools } from '../tools/tools.ts';

type Input = Parameters<ReturnType<Act<'registerClient'>>>[0];

/**
 * Registers a client at one issuer; or uses the registration that somebody else made there meanwhile, when it fits.
 * @throws AuthError `registration_refused`, `registration_invalid`, `server_unavailable`; what the door and the store throw.
 * @see RFC 7591 §3
 */
export const registerClient: Act<'registerClient'> = (tools) => async (input, signal) => {
  const key = keys.registration(input.server.issuer, registrationPlace(tools));
  const record =
    (await recall(tools, key, input)) ??
    (await tools.registering.run(
      `${key} ${input.redirectUri}`,
      (shared) => registerOnce(tools, key, input, shared),
      signal,
    ));
  return { at: tools.now(), registration: registrationFacts(key, record.issuer, record.client) };
};

/** A registration that somebody else made meanwhile, when it fits. */
async function recall(
  tools: Tools,
  key: Key<'registration'>,
  input: Input,
): Promise<RegistrationRecord | undefined> {
  const found = (await tools.records.read(key))?.value;
  return found && fits(tools, found, input) ? found : undefined;
}

function fits(tools: Tools, { issuer, client }: RegistrationRecord, input: Input): boolean {
  const { server, redirectUri, refusedClient } = input;
  const { clientId, redirectUris, secretExpiresAt } = client;
  const kept = { issuer, clientId, redirectUris, secretExpiresAt };
  return fitsRegistration(kept, { issuer: server.issuer, redirectUri, refusedClient }, tools.now());
}

/** One at a time among all processes that share the store: who comes later finds what the first one got (R13). */
async function registerOnce(
  tools: Tools,
  key: Key<'registration'>,
  input: Input,
  signal: AbortSignal,
): Promise<RegistrationRecord> {
  const current = async (): Promise<string> => (await tools.records.read(key))?.version ?? '';
  for (;;) {
    const version = await current();
    const found = await recall(tools, key, input);
    if (found) return found;
    const spending = { at: keys.spend(key, input.redirectUri ?? ''), key, version, current };
    const claimed = await claim(tools, spending, AbortSignal.any([signal, tools.closing]));
    if (claimed.kind === 'moved') continue;
    // What was broken off may have left a client that nobody uses: that costs nothing.
    return register(tools, key, input, signal).finally(claimed.release);
  }
}

async function register(
  tools: Tools,
  key: Key<'registration'>,
  input: Input,
  signal: AbortSignal,
): Promise<RegistrationRecord> {
  const { name, uri, softwareId, softwareVersion } = tools.client;
  const { server, redirectUri, scopes } = input;
  const request = registrationRequest({
    name,
    ...(uri !== undefined && { uri }),
    ...(softwareId !== undefined && { softwareId }),
    ...(softwareVersion !== undefined && { softwareVersion }),
    redirectUri,
    scopes,
    server,
  });
  const { clientId, clientSecret, secretExpiresAt, authMethod, redirectUris } = await submit(
    tools,
    input,
    request,
    signal,
  );
  const client: ClientRecord = {
    kind: 'dynamic',
    clientId,
    clientSecret,
    secretExpiresAt,
    authMethod,
    redirectUris: [...redirectUris],
  };
  const record: RegistrationRecord = { v: 1, issuer: server.issuer, client };
  // Who was held up while another one registered uses the other's.
  const stored = await tools.records.update(key, (now) =>
    now && fits(tools, now, input) ? undefined : record,
  );
  return stored?.value ?? record;
}

/** One try, and at most one more with what the server objected to changed (REG-5). */
async function submit(
  tools: Tools,
  input: Input,
  request: RegistrationRequest,
  signal: AbortSignal,
): Promise<RegisteredClient> {
  const first = await post(tools, input, request, signal);
  if (first.status === 201) return judgeRegistration(first.text, request, input.server.issuer);
  const adjusted = adjustedRequest(request, first);
  if (!adjusted) throw refused(tools, input, request, first);
  const second = await post(tools, input, adjusted, signal);
  if (second.status === 201) return judgeRegistration(second.text, adjusted, input.server.issuer);
  throw refused(tools, input, adjusted, second);
}

function post(
  tools: Tools,
  input: Input,
  request: RegistrationRequest,
  signal: AbortSignal,
): Promise<DoorAnswer> {
  const { session, server } = input;
  const token = initialAccessToken(tools, server.issuer);
  return tools.doorOf(session)({
    purpose: 'registration',
    method: 'POST',
    url: server.registrationEndpoint ?? '',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(request),
    resource: session.resource,
    signal,
  });
}

/** The token that this issuer, and no other, gave out for registering (REG-9). @see RFC 7591 §3 */
function initialAccessToken(tools: Tools, issuer: string): string | undefined {
  return tools.client.initialAccessTokens?.find((one) => one.issuer === issuer)?.token;
}

function refused(
  tools: Tools,
  { server: { issuer } }: Input,
  request: RegistrationRequest,
  answer: DoorAnswer,
): AuthError {
  const token = initialAccessToken(tools, issuer);
  const secrets = token === undefined ? [] : [token];
  const retryAfter = retryAfterMs(answer.headers, tools.now());
  return new AuthError(registrationRefusal(answer, { issuer, request, retryAfter, secrets }));
}
