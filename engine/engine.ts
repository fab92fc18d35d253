// The engine: what an app sets up once. It binds the chart's actors, and gives out sessions.

import type { InspectionEvent } from 'xstate';
import { digest } from '../actors/authorization/prepareAuthorization.ts';
import type { Door } from '../actors/network/door.ts';
import { Dpop } from '../actors/network/dpop.ts';
import { createDoor } from '../actors/network/http.ts';
import { storeResponse } from '../actors/records/pendingRequest.ts';
import { PendingLogins } from '../actors/tools/pendingLogins.ts';
import { Shared } from '../actors/tools/shared.ts';
import { type Sleep, sleep as systemSleep } from '../actors/tools/sleep.ts';
import type { ClientOptions, Policy, Tools } from '../actors/tools/tools.ts';
import type { UserAgent } from '../actors/userAgents/userAgent.ts';
import { AuthError, refuse } from '../contract/errors.ts';
import type { SessionId } from '../contract/facts.ts';
import type { TraceFact } from '../contract/trace.ts';
import type { AuthMachine } from '../machines/authMachine.ts';
import type { Interaction } from '../machines/context.ts';
import { judgeAddress } from '../protocol/address.ts';
import { stateOf } from '../protocol/authorizationResponse.ts';
import { urlOf } from '../protocol/url.ts';
import { memoryStore } from '../stores/memory.ts';
import { keys, Records } from '../stores/records.ts';
import type { Store } from '../stores/store.ts';
import { bindActors } from './bindActors.ts';
import { loosenings } from './loosenings.ts';
import { Observer, type Progress } from './observe.ts';
import { Session } from './session.ts';
import { Sessions } from './sessions.ts';
import { Tracer } from './trace.ts';

export interface EnginePolicy extends Policy {
  /** `ask` (default): a browser is opened only after `login()`. `auto`: a challenge may do it too (AUTHZ-11). */
  readonly interaction?: Interaction;
  /** How long a server may take for one answer, in milliseconds. Default 10 seconds. */
  readonly requestTimeout?: number;
  /**
   * How long a session may be unused before its chart is put to rest, in milliseconds. Default 10 minutes.
   * It starts again from the store when it is used. One that is subscribed to, or whose `actor` was taken, goes on.
   */
  readonly idleAfter?: number;
}

export interface EngineOptions {
  readonly client: ClientOptions;
  readonly userAgent: UserAgent;
  /** Where records live. Default: in memory, gone with the process. */
  readonly store?: Store;
  readonly policy?: EnginePolicy;
  /** Told of each state that is entered and each request that is made, as it happens. Holds no secret. */
  readonly onProgress?: (progress: Progress) => void;
  /** Told of each step of each session's chart, and of each request: to record a run, or to watch it. Holds no secret. */
  readonly onTrace?: (fact: TraceFact) => void;
  /** XState inspection of every session's actor. Holds no secret. */
  readonly inspect?: (event: InspectionEvent) => void;
  /** Instead of the global one; taken once, here. */
  readonly fetch?: typeof globalThis.fetch;
  /** Epoch milliseconds; instead of the system's clock. */
  readonly now?: () => number;
  /** Instead of the system's timers: give it together with `now`. */
  readonly sleep?: Sleep;
}

export interface SessionOptions {
  /** URL of the protected resource: https, or http on loopback for development. */
  readonly resource: string | URL;
  /** Whose grant it is, in the host's own terms. */
  readonly subject?: string;
  /** Tells apart several grants of one subject for one resource. */
  readonly label?: string;
}

export interface CompleteOptions {
  /**
   * Whose browser the response came with. A host with many people must say it: else somebody could have another person
   * finish a login that is theirs. @see RFC 9700 §4.7
   */
  readonly subject?: string;
}

export interface Engine {
  /** The session of this resource, subject and label; the same one for all who ask. */
  session(options: SessionOptions): Session;
  /**
   * Finishes a pending authorization, started here or by another process with the same store.
   * @param callbackUrl the whole URL that the authorization server sent the person back to.
   * @throws AuthError `response_not_ours` for an unknown or finished login, or that of somebody else; what the chart
   *   ended with.
   */
  complete(callbackUrl: string | URL, options?: CompleteOptions): Promise<Session>;
  /** The chart with its actors bound, to invoke or spawn in a chart of the host's own. */
  readonly machine: AuthMachine;
  /** Ends everything that is in flight; a refresh is waited for, since its answer may be the only one. What is stored stays. */
  dispose(): Promise<void>;
}

/**
 * Sets up the engine: who the client is, where records live, how a person is reached, the policy.
 * @throws AuthError `config_invalid`, before any traffic.
 */
export function createAuthEngine(options: EngineOptions): Engine {
  judgeOptions(options);
  const observers = new Map<string, WeakRef<Observer>>();
  const tell = options.onProgress ?? (() => {});
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);

  const tracerOf = (session: SessionId): Tracer | undefined => {
    const { onTrace } = options;
    return onTrace && new Tracer({ session, now: tools.now, tell: onTrace });
  };
  const observerOf = (session: SessionId): Observer => {
    const name = keys.binding(session);
    const observer = observers.get(name)?.deref() ?? new Observer(session, tell, tracerOf(session));
    // Sessions hold theirs; a chart that a host has embedded is told of, and not remembered.
    observers.set(name, new WeakRef(observer));
    return observer;
  };
  const closing = new AbortController();
  const tools = toolsOf(options, fetch, observerOf, closing.signal);
  const machine = bindActors(tools);
  for (const what of loosenings(options.client, options.policy ?? {})) tell({ kind: 'loosened', what });

  const { interaction = 'ask', idleAfter = IDLE_AFTER } = options.policy ?? {};
  const sessions = new Sessions({
    make: (id, onUse) =>
      new Session({
        id,
        machine,
        interaction,
        tools,
        observer: observerOf(id),
        inspect: options.inspect,
        fetch,
        onUse,
      }),
    idleAfter,
    now: tools.now,
  });

  return {
    machine,
    session: (of) => sessions.open(sessionId(of)),
    complete: (callbackUrl, { subject } = {}) => complete(tools, String(callbackUrl), subject, sessions),
    async dispose() {
      sessions.stop();
      observers.clear();
      closing.abort();
      await tools.refreshing.settled();
      await options.userAgent.dispose();
    },
  };
}

/** How long a session may be unused before it is put to rest, in milliseconds, unless the policy says otherwise. */
const IDLE_AFTER = 10 * 60_000;
/** How long a server may take for one answer, in milliseconds, unless the policy says otherwise. */
const REQUEST_TIMEOUT = 10_000;
/** A refresh is at most two requests, and some work around them. */
const LEASE_REQUESTS = 3;

function toolsOf(
  options: EngineOptions,
  fetch: typeof globalThis.fetch,
  observerOf: (session: SessionId) => Observer,
  closing: AbortSignal,
): Tools {
  const { client, userAgent, policy = {}, onProgress, now = Date.now, sleep = systemSleep } = options;
  const doorOf = (session: SessionId): Door =>
    createDoor({
      fetch,
      ...(policy.requestTimeout !== undefined && { deadlineMs: policy.requestTimeout }),
      onExchange: (facts) => observerOf(session).request(facts),
    });
  return {
    client,
    policy,
    userAgent,
    doorOf,
    records: new Records(options.store ?? memoryStore(), (key) => onProgress?.({ kind: 'set-aside', key })),
    unsaved: new Map(),
    registering: new Shared(),
    refreshing: new Shared(),
    logins: new PendingLogins(),
    dpop: new Dpop(client.dpop ?? 'off', now),
    holder: crypto.randomUUID(),
    leaseTerm: LEASE_REQUESTS * (policy.requestTimeout ?? REQUEST_TIMEOUT),
    closing,
    now,
    sleep,
  };
}

/** Longest wait for a chart that the host has embedded to finish its login, in milliseconds. */
const EMBEDDED = 20_000;

/** Finds the pending request by the response's state, keeps the response with it, and lets its session go on. */
async function complete(
  tools: Tools,
  callbackUrl: string,
  subject: string | undefined,
  sessions: Sessions,
): Promise<Session> {
  const state = stateOf(callbackUrl);
  const key = state === undefined ? undefined : keys.pending(await digest(state));
  const pending = key === undefined ? undefined : await tools.records.read(key);
  const isOver = pending !== undefined && pending.value.expiresAt <= tools.now();
  if (key !== undefined && isOver) await tools.records.forget(key);
  const isTheirs = subject === undefined || pending?.value.session.subject === subject;
  if (key === undefined || !pending || isOver || !isTheirs) {
    return refuse(
      'response_not_ours',
      'authorizing',
      'No login is waiting for this response; start it again.',
    );
  }
  await storeResponse(tools, key, callbackUrl);
  // A chart in this engine may wait for it: one of ours, or one that the host has embedded.
  const awaited = tools.logins.tell(key);
  // A chart of the host's own finishes first, so that two do not spend one code.
  if (awaited && !sessions.isAwake(pending.value.session))
    await Promise.race([awaited.over, systemSleep(EMBEDDED, new AbortController().signal)]);
  const session = sessions.open(pending.value.session);
  if (!session.wake().matches('recovering') && !awaited) {
    session.tell({ type: 'response.received', pendingKey: key });
  }
  const snapshot = await session.settled();
  const { failure, refusal } = snapshot.context;
  if (snapshot.hasTag('canSend') && !refusal) return session;
  const problem = failure ?? refusal;
  if (problem) throw new AuthError(problem);
  return refuse('response_not_ours', 'authorizing', 'This login was finished before; nothing was done.');
}

function sessionId({ resource, subject = '', label = '' }: SessionOptions): SessionId {
  const text = String(resource);
  const verdict = judgeAddress(text, text);
  if (!verdict.ok) {
    refuse(
      'config_invalid',
      'configuring',
      `The resource cannot be used: ${verdict.reason}; give its https URL.`,
    );
  }
  return { resource: verdict.url.href === `${text}/` ? text : verdict.url.href, subject, label };
}

// P07: what is wrong in the host's own words is said before any traffic.
function judgeOptions({ client, policy }: EngineOptions): void {
  const no = (message: string): never => refuse('config_invalid', 'configuring', message);
  if (policy?.idleAfter !== undefined && !(policy.idleAfter > 0))
    no('policy.idleAfter must be more than 0 milliseconds.');
  if (client.name.trim() === '') no('client.name is empty; give the name that people are to see.');
  if (!['off', 'preferred', 'required'].includes(client.dpop ?? 'off'))
    no('client.dpop must be one of off, preferred and required.');
  const { metadataUrl } = client;
  if (metadataUrl !== undefined && !isMetadataUrl(metadataUrl)) {
    // REG-2, draft-ietf-oauth-client-id-metadata-document-00 §3
    no(
      'client.metadataUrl must be an https URL with a path, and without fragment, user name or dot segments.',
    );
  }
  for (const { clientId, issuer } of client.preRegistered ?? []) {
    if (clientId === '') no('A pre-registered client has an empty clientId.');
    if (issuer !== undefined && !urlOf(issuer))
      no(`The issuer of the pre-registered client ${clientId} is not a URL.`);
  }
}

function isMetadataUrl(text: string): boolean {
  const url = urlOf(text);
  return (
    url?.protocol === 'https:' &&
    url.pathname !== '/' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '' &&
    url.href === text
  );
}
