// The engine: what an app sets up once. It binds the chart's actors, and gives out sessions.

import type { InspectionEvent } from 'xstate';
import type { Door } from '../actors/network/door.ts';
import { Dpop } from '../actors/network/dpop.ts';
import { createDoor } from '../actors/network/http.ts';
import { RememberedAnswers } from '../actors/network/rememberedAnswers.ts';
import { resourceHeaders } from '../actors/network/resourceHeaders.ts';
import { leaveToOthers } from '../actors/records/loginUnderWay.ts';
import { AttendedLogins } from '../actors/tools/attendedLogins.ts';
import { Shared } from '../actors/tools/shared.ts';
import { sleep as systemSleep } from '../actors/tools/sleep.ts';
import type { Tools } from '../actors/tools/tools.ts';
import { refuse } from '../contract/errors.ts';
import type { SessionId } from '../contract/facts.ts';
import { authMachine } from '../machines/authMachine.ts';
import type { AuthContext } from '../machines/context.ts';
import { sessionIdOf } from '../protocol/sessionId.ts';
import { Records } from '../stores/records.ts';
import { bindActors } from './bindActors.ts';
import { complete } from './complete.ts';
import { refuseDisposed } from './disposed.ts';
import type { EngineOptions } from './engineOptions.ts';
import type { Engine } from './engineSurface.ts';
import { type HostCode, hostCodeOf } from './hostCode.ts';
import { HostedChart } from './hostedChart.ts';
import { Observer } from './observe.ts';
import { Observers } from './observers.ts';
import { judgeEngineOptions } from './options/engine.ts';
import { relaxedChecks } from './relaxedChecks.ts';
import { EngineSession, type SessionParts } from './session.ts';
import { type AuthActor, type AuthSnapshot, type ChartParts, SessionChart } from './sessionChart.ts';
import { Sessions } from './sessions.ts';
import { Tracer } from './trace.ts';

/**
 * Sets up the engine: who the client is, where records live, how a person is reached, the policy.
 * @throws AuthError `config_invalid`, before any traffic.
 */
export function createAuthEngine(options: EngineOptions): Engine {
  judgeEngineOptions(options);
  const { client, policy = {} } = options;
  const host = hostCodeOf(options);
  const { onProgress: tell, onTrace, userAgent, fetch } = host;
  const observers = new Observers((session) => {
    const tracer = onTrace && new Tracer({ session, now: tools.now, tell: onTrace });
    return new Observer(session, tell, tracer);
  });
  const closing = new AbortController();
  const tools = toolsOf(options, host, observers, closing.signal);
  const machine = bindActors(tools);
  for (const what of relaxedChecks(client, policy)) tell({ kind: 'relaxed', what });

  const { interaction = 'ask', idleAfter = IDLE_AFTER } = policy;
  const charts: ChartParts = {
    machine,
    interaction,
    inspectorOf: (id) => inspectorOf(observers.of(id), host),
    onUse: (id) => sessions.use(id),
  };
  const parts: SessionParts = { tools, observers, fetch };
  const make = (id: SessionId): EngineSession =>
    new EngineSession(parts, { id, interaction, chart: new SessionChart(charts, id) });
  const sessions = new Sessions({ make, idleAfter, now: tools.now });
  const sessionOf = (actor: AuthActor): EngineSession => {
    const { session: id, interaction } = contextOf(actor);
    return new EngineSession(parts, { id, interaction, chart: new HostedChart(actor) });
  };

  return {
    machine,
    session(of) {
      const id = sessionIdOf(of);
      refuseDisposed(tools);
      return sessions.open(id);
    },
    sessionOf,
    complete: (callbackUrl, of = {}) => complete(tools, sessions, callbackUrl, of),
    async dispose() {
      const held = tools.attended.keys;
      sessions.stop();
      observers.clear();
      closing.abort();
      await patiently(Promise.allSettled(held.map((key) => leaveToOthers(tools, key))));
      await tools.refreshing.settled();
      await patiently(userAgent.dispose());
    },
  };
}

/** Told of each step of a chart, for `explain` and for the host. */
function inspectorOf(observer: Observer, { inspect }: HostCode): (event: InspectionEvent) => void {
  return (event) => {
    observer.inspect(event);
    inspect(event);
  };
}

/** @throws AuthError `config_invalid` for what is not a running chart of ours. */
function contextOf(actor: AuthActor): AuthContext {
  const isActor = typeof actor === 'object' && actor !== null && typeof actor.getSnapshot === 'function';
  const snapshot: Partial<AuthSnapshot> | undefined = isActor ? actor.getSnapshot() : undefined;
  const isOurs = snapshot?.machine?.id === authMachine.id && snapshot.status === 'active';
  if (isOurs && snapshot.context) return snapshot.context;
  return refuse(
    'config_invalid',
    'configuring',
    'engine.sessionOf wants a running actor of engine.machine; invoke or spawn that one, and give its reference.',
  );
}

/** How long a store or a user agent may take to end what it has, in milliseconds. */
const PATIENCE = 5_000;

/** One that never ends does not keep whoever disposes of the engine. */
async function patiently(work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, systemSleep(PATIENCE, over.signal)]).finally(() => over.abort());
}

/** How long a session may be unused before it is put to rest, in milliseconds, unless the policy says otherwise. */
const IDLE_AFTER = 10 * 60_000;
/** How long a server may take for one answer, in milliseconds, unless the policy says otherwise. */
const REQUEST_TIMEOUT = 10_000;
/** How long metadata is remembered, in milliseconds, unless the policy says otherwise. */
const REMEMBERED = 60_000;
/**
 * A refresh is at most six requests (two methods of authentication and one that names the scopes, each with one nonce), and
 * some work around them.
 */
const LEASE_REQUESTS = 7;

function toolsOf(
  { client, policy = {} }: EngineOptions,
  { fetch, store, userAgent, onProgress, onDefect, now, sleep }: HostCode,
  observers: Observers,
  closing: AbortSignal,
): Tools {
  const headersFor = resourceHeaders({ policy, onDefect });
  const doorOf = (session: SessionId): Door =>
    createDoor({
      fetch,
      headersFor,
      ...(policy.requestTimeout !== undefined && { deadlineMs: policy.requestTimeout }),
      onExchange: (facts) => observers.of(session).request(facts),
    });
  return {
    client,
    policy,
    userAgent,
    doorOf,
    headersFor,
    tellRegistration: (session, one) => observers.of(session).registration(one),
    records: new Records(store, (key) => onProgress({ kind: 'set-aside', key }), { sleep }),
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
    onDefect,
  };
}
