// Registers a client at one issuer, and keeps what it got under that issuer. (RFC 7591)
import { AuthError } from '../../contract/errors.ts';
import {
  type NextRegistration,
  nextRegistration,
  type RefusedRegistration,
} from '../../protocol/nextRegistration.ts';
import { redirectUriFailure } from '../../protocol/redirectUri.ts';
import {
  isRegistered,
  judgeRegistration,
  type RegisteredClient,
  type RegistrationRequest,
  registrationRequest,
} from '../../protocol/registration.ts';
import { fitsRegistration } from '../../protocol/registrationFit.ts';
import { registrationRefusal, registrationTry } from '../../protocol/registrationRefusal.ts';
import { retryAfterMs } from '../../protocol/retryAfter.ts';
import {
  type ClientRecord,
  type Key,
  keys,
  type RegistrationRecord,
  type Versioned,
} from '../../stores/records.ts';
import type { DoorAnswer } from '../network/door.ts';
import { registrationFacts } from '../records/facts.ts';
import { keepInSpiteOfDoubt } from '../records/registrationDoubt.ts';
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
  const record = await tools.registering.run(
    `${key} ${input.redirectUri}`,
    (shared) => registerOnce(tools, key, input, shared),
    signal,
  );
  const registration = registrationFacts(key, record.issuer, record.client);
  const names = namesOf(tools, input);
  const redirectUri = names.find((uri) => registration.redirectUris.includes(uri)) ?? input.redirectUri;
  return { at: tools.now(), registration, redirectUri };
};

/** The redirect URI that was reserved, and the same by the name `localhost`, where answers come here by both. */
function namesOf(tools: Tools, { redirectUri }: Input): readonly string[] {
  if (redirectUri === null) return [];
  const byName = tools.userAgent.atLocalhost?.(redirectUri);
  const isUsable = byName !== undefined && redirectUriFailure(byName) === undefined;
  return isUsable ? [redirectUri, byName] : [redirectUri];
}

function fits(tools: Tools, { issuer, client, awaitedInVain }: RegistrationRecord, input: Input): boolean {
  const { server, redirectUri, refusedClient } = input;
  const { clientId, redirectUris, secretExpiresAt } = client;
  const kept = { issuer, clientId, redirectUris, secretExpiresAt, awaitedInVain };
  const needed = { issuer: server.issuer, refusedClient };
  const names = redirectUri === null ? [null] : namesOf(tools, input);
  return names.some((uri) => fitsRegistration(kept, { ...needed, redirectUri: uri }, tools.now()));
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
    // One that somebody else made meanwhile, when it fits.
    const seen = await tools.records.read(key);
    if (seen && fits(tools, seen.value, input)) return seen.value;
    const spending = {
      session: input.session,
      at: keys.spend(key, input.redirectUri ?? ''),
      key,
      version: seen?.version ?? '',
      current,
    };
    const claimed = await claim(tools, spending, signal);
    if (claimed.kind === 'moved') continue;
    // What was broken off may have left a client that nobody uses: that costs nothing.
    return register(tools, key, input, { seen, signal })
      .catch((refused: unknown) => keepOurs(tools, key, input, refused))
      .finally(claimed.release);
  }
}

/**
 * Where the server registers no other client, the one that a person was awaited with in vain is used once more: it may be
 * good, and the person only went away (REG-10).
 * @throws what was refused, where there is none.
 */
async function keepOurs(
  tools: Tools,
  key: Key<'registration'>,
  input: Input,
  refused: unknown,
): Promise<RegistrationRecord> {
  const isRefusal = refused instanceof AuthError && refused.code === 'registration_refused';
  if (isRefusal && (await keepInSpiteOfDoubt(tools, key))) {
    const kept = (await tools.records.read(key))?.value;
    if (kept && fits(tools, kept, input)) return kept;
  }
  throw refused;
}

async function register(
  tools: Tools,
  key: Key<'registration'>,
  input: Input,
  {
    seen,
    signal,
  }: { readonly seen: Versioned<RegistrationRecord> | undefined; readonly signal: AbortSignal },
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
  const { management, ...registered } = await submit(tools, input, request, signal);
  const client: ClientRecord = {
    ...registered,
    kind: 'dynamic',
    redirectUris: [...registered.redirectUris],
  };
  const record: RegistrationRecord = {
    v: 1,
    issuer: server.issuer,
    client,
    ...(management && { management }),
  };
  // Who was held up while another one registered uses the other's.
  const stored = await tools.records.update(
    key,
    (now) => (now && fits(tools, now, input) ? undefined : record),
    { seen },
  );
  return stored?.value ?? record;
}

/**
 * Asks for a client, and where that is refused for less, in the order of `nextRegistration`. Each request is told, with
 * what came of it (REG-5, REG-12).
 */
async function submit(
  tools: Tools,
  input: Input,
  first: RegistrationRequest,
  signal: AbortSignal,
): Promise<RegisteredClient> {
  const { session, server } = input;
  const means = { server, localhostUri: namesOf(tools, input)[1] };
  const refused: RefusedRegistration[] = [];
  let next: Pick<NextRegistration, 'request'> & { changed: NextRegistration['changed'] | null } = {
    request: first,
    changed: null,
  };
  for (;;) {
    const { request } = next;
    const answer = await post(tools, input, request, signal);
    const number = refused.length + 1;
    tools.tellRegistration(
      session,
      registrationTry({ ...next, number }, answer, secretsOf(tools, server.issuer)),
    );
    if (isRegistered(answer)) return judgeRegistration(answer, request, server);
    refused.push({ request, answer });
    const less = nextRegistration(refused, means);
    if (!less) throw refusal(tools, server.issuer, { request, tries: number }, answer);
    next = less;
  }
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

/** What is sent with a registration and may not be shown. */
function secretsOf(tools: Tools, issuer: string): readonly string[] {
  const token = initialAccessToken(tools, issuer);
  return token === undefined ? [] : [token];
}

function refusal(
  tools: Tools,
  issuer: string,
  of: { readonly request: RegistrationRequest; readonly tries: number },
  answer: DoorAnswer,
): AuthError {
  const retryAfter = retryAfterMs(answer.headers, tools.now());
  const secrets = secretsOf(tools, issuer);
  return new AuthError(registrationRefusal(answer, { ...of, issuer, retryAfter, secrets }));
}
