// The engine: what an app sets up once. It binds the chart's actors, and gives out sessions.

import type { InspectionEvent } from 'xstate';
import type { Door } from '../actors/network/door.ts';
import { Dpop } from '../actors/network/dpop.ts';
import { createDoor } from '../actors/network/http.ts';
import { RememberedAnswers } from '../actors/network/rememberedAnswers.ts';
import { leaveToOthers } from '../actors/records/loginUnderWay.ts';
import { AttendedLogins } from '../actors/tools/attendedLogins.ts';
import { Shared } from '../actors/tools/shared.ts';
import { type Sleep, sleep as systemSleep } from '../actors/tools/sleep.ts';
import type { ClientOptions, Policy, Tools } from '../actors/tools/tools.ts';
import type { UserAgent } from '../actors/userAgents/userAgent.ts';
import { refuse } from '../contract/errors.ts';
import type { SessionId } from '../contract/facts.ts';
import type { TraceFact } from '../contract/trace.ts';
import { authMachine } from '../machines/authMachine.ts';
import type { AuthContext, Interaction } from '../machines/context.ts';
import { judgeAddress } from '../protocol/address.ts';
import { urlOf } from '../protocol/url.ts';
import { memoryStore } from '../stores/memory.ts';
import { Records } from '../stores/records.ts';
import type { Store } from '../stores/store.ts';
import { bindActors } from './bindActors.ts';
import { complete } from './complete.ts';
import type { Engine, SessionOptions } from './engineSurface.ts';
import { HostedChart } from './hostedChart.ts';
import { loosenings } from './loosenings.ts';
import { Observer, type Progress } from './observe.ts';
import { Observers } from './observers.ts';
import { EngineSession } from './session.ts';
import { type AuthActor, type AuthSnapshot, SessionChart } from './sessionChart.ts';
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

/**
 * Sets up the engine: who the client is, where records live, how a person is reached, the policy.
 * @throws AuthError `config_invalid`, before any traffic.
 */
export function createAuthEngine(options: EngineOptions): Engine {
  judgeOptions(options);
  const { client, userAgent, policy = {}, onProgress: tell = () => {}, onTrace } = options;
  const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  const observers = new Observers((session) => {
    const tracer = onTrace && new Tracer({ session, now: tools.now, tell: onTrace });
    return new Observer(session, tell, tracer);
  });
  const closing = new AbortController();
  const tools = toolsOf(options, fetch, observers, closing.signal);
  const machine = bindActors(tools);
  for (const what of loosenings(client, policy)) tell({ kind: 'loosened', what });

  const { interaction = 'ask', idleAfter = IDLE_AFTER } = policy;
  const make = (id: SessionId, onUse: () => void): EngineSession => {
    const observer = observers.of(id);
    const inspect = (event: InspectionEvent): void => {
      observer.inspect(event);
      options.inspect?.(event);
    };
    const chart = new SessionChart({ machine, input: { ...id, interaction }, inspect, onUse });
    return new EngineSession({ id, chart, interaction, tools, observer, fetch });
  };
  const sessions = new Sessions({ make, idleAfter, now: tools.now });
  const sessionOf = (actor: AuthActor): EngineSession => {
    const { session: id, interaction } = contextOf(actor);
    const chart = new HostedChart(actor);
    return new EngineSession({ id, chart, interaction, tools, observer: observers.of(id), fetch });
  };

  return {
    machine,
    session: (of) => sessions.open(sessionId(of)),
    sessionOf,
    complete: (callbackUrl, of = {}) => complete(tools, sessions, String(callbackUrl), of),
    async dispose() {
      const held = tools.attended.keys;
      sessions.stop();
      observers.clear();
      closing.abort();
      await Promise.allSettled(held.map((key) => leaveToOthers(tools, key)));
      await tools.refreshing.settled();
      await userAgent.dispose();
    },
  };
}

/** @throws AuthError `config_invalid` for what is not a running chart of ours. */
function contextOf(actor: AuthActor): AuthContext {
  const snapshot: Partial<AuthSnapshot> | undefined = actor.getSnapshot();
  if (snapshot?.machine?.id === authMachine.id && snapshot.context) return snapshot.context;
  return refuse(
    'config_invalid',
    'configuring',
    'engine.sessionOf wants a running actor of engine.machine; invoke or spawn that one, and give its reference.',
  );
}

/** How long a session may be unused before it is put to rest, in milliseconds, unless the policy says otherwise. */
const IDLE_AFTER = 10 * 60_000;
/** How long a server may take for one answer, in milliseconds, unless the policy says otherwise. */
const REQUEST_TIMEOUT = 10_000;
/** How long metadata is remembered, in milliseconds, unless the policy says otherwise. */
const REMEMBERED = 60_000;
/** A refresh is at most two requests, and some work around them. */
const LEASE_REQUESTS = 3;

function toolsOf(
  options: EngineOptions,
  fetch: typeof globalThis.fetch,
  observers: Observers,
  closing: AbortSignal,
): Tools {
  const { client, userAgent, policy = {}, onProgress, now = Date.now, sleep = systemSleep } = options;
  const doorOf = (session: SessionId): Door =>
    createDoor({
      fetch,
      ...(policy.requestTimeout !== undefined && { deadlineMs: policy.requestTimeout }),
      onExchange: (facts) => observers.of(session).request(facts),
    });
  return {
    client,
    policy,
    userAgent,
    doorOf,
    records: new Records(options.store ?? memoryStore(), (key) => onProgress?.({ kind: 'set-aside', key }), {
      sleep,
    }),
    unsaved: new Map(),
    registering: new Shared(),
    refreshing: new Shared(),
    attended: new AttendedLogins(),
    remembered: new RememberedAnswers(policy.rememberMetadata ?? REMEMBERED, now),
    dpop: new Dpop(client.dpop ?? 'off', now),
    holder: crypto.randomUUID(),
    leaseTerm: LEASE_REQUESTS * (policy.requestTimeout ?? REQUEST_TIMEOUT),
    closing,
    now,
    sleep,
  };
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
