// The engine: what an app sets up once. It binds the chart's actors, and gives out sessions.

import type { InspectionEvent } from 'xstate';
import type { HostTools } from '../actors/tools/hostOptions.ts';
import { sleep as systemSleep } from '../actors/tools/sleep.ts';
import type { Tools } from '../actors/tools/tools.ts';
import { refuse } from '../contract/errors.ts';
import type { SessionId } from '../contract/facts.ts';
import { Part } from '../contract/part.ts';
import { authMachine } from '../machines/authMachine.ts';
import type { AuthContext } from '../machines/context.ts';
import { sessionIdOf } from '../protocol/sessionId.ts';
import { OVER } from '../stores/over.ts';
import { bindActors } from './bindActors.ts';
import { refuseDisposed } from './disposed.ts';
import type { EngineOptions } from './engineOptions.ts';
import type { Engine } from './engineSurface.ts';
import { type HostCode, hostCodeOf } from './hostCode.ts';
import { HostedChart } from './hostedChart.ts';
import { Observer } from './observe.ts';
import { Observers } from './observers.ts';
import { judgeEngineOptions } from './options/engine.ts';
import { usePart } from './parts.ts';
import { relaxedChecks } from './relaxedChecks.ts';
import { CommonTexts } from './restingChart.ts';
import { EngineSession, type SessionParts } from './session.ts';
import { type AuthActor, type AuthSnapshot, type ChartParts, SessionChart } from './sessionChart.ts';
import { Sessions } from './sessions.ts';
import { Tracer } from './trace.ts';

/**
 * Sets up the engine: who the client is, where records live, how a person is reached, the policy. Make one for an app, get
 * sessions from it, and dispose of it at the end. It sends and reads nothing before a session is used. Without `store`
 * records are in memory, and gone with the process. Without `policy.interaction` a request sends no person to a login page:
 * `session.login()` does. All times are in milliseconds.
 * @throws AuthError `config_invalid` for options, before any traffic.
 * @example
 * ```ts
 * import { createAuthEngine } from 'authchart';
 * import { defaultFolder, fileStore, loopbackUserAgent } from 'authchart/node';
 *
 * const engine = createAuthEngine({
 *   client: { name: 'Notes' },
 *   store: fileStore({ folder: defaultFolder(process.env) }),
 *   userAgent: loopbackUserAgent(),
 * });
 * const session = engine.session({ resource: 'https://notes.example/mcp' });
 * await session.login();
 * await engine.dispose();
 * ```
 */
export function createAuthEngine(options: EngineOptions): Engine {
  judgeEngineOptions(options);
  const { client, policy = {} } = options;
  const host = hostCodeOf(options);
  const { onProgress: tell, onTrace, userAgent, now, sleep, onDefect, underWay } = host;
  const observers = new Observers((session) => {
    const tracer = onTrace && new Tracer({ session, now, tell: onTrace });
    return new Observer(session, tell, tracer);
  });
  const closing = new AbortController();
  const own: HostTools = { client, policy, userAgent, closing: closing.signal, now, sleep, onDefect };
  const tools = new Part(async () => {
    const { toolsOf } = await usePart.load();
    return toolsOf(own, { ...host, observers });
  });
  const machine = bindActors(tools, host);
  for (const what of relaxedChecks(client, policy)) tell({ kind: 'relaxed', what });

  const { interaction = 'ask', idleAfter = IDLE_AFTER } = policy;
  const charts: ChartParts = {
    machine,
    interaction,
    inspectorOf: (id) => inspectorOf(observers.of(id), host),
    texts: new CommonTexts(),
    onUse: (id) => sessions.use(id),
  };
  const parts: SessionParts = { host: own, tools, observers, fetch: host.fetch };
  const make = (id: SessionId): EngineSession =>
    new EngineSession(parts, { id, interaction, chart: new SessionChart(charts, id) });
  const sessions = new Sessions({ make, idleAfter, now });
  const sessionOf = (actor: AuthActor): EngineSession => {
    const { session: id, interaction } = contextOf(actor);
    return new EngineSession(parts, { id, interaction, chart: new HostedChart(actor) });
  };

  return {
    machine,
    session(of) {
      const id = sessionIdOf(of);
      refuseDisposed(own);
      return sessions.open(id);
    },
    sessionOf,
    async complete(callbackUrl, of = {}) {
      const { complete } = await usePart.load();
      return underWay.of(complete(await tools.load(), sessions, callbackUrl, of));
    },
    async dispose() {
      const made = tools.atHand;
      const held = made?.attended.keys ?? [];
      sessions.stop();
      observers.clear();
      closing.abort();
      const leave = async (): Promise<void> => {
        await Promise.all([made && leaveAll(made, held), userAgent.dispose()]);
        await underWay.settled();
      };
      const refreshed = made && patiently(made.refreshing.settled(), made.leaseTerm);
      await Promise.all([refreshed, patiently(leave())]);
      underWay.end();
    },
  };
}

async function leaveAll(tools: Tools, held: Tools['attended']['keys']): Promise<void> {
  const { leaveToOthers } = await usePart.load();
  await Promise.allSettled(held.map((key) => leaveToOthers(tools, key)));
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

/** How long store, user agent and actors together may take to end what they have, in milliseconds. */
const PATIENCE = 5_000;

/** One that never ends does not keep whoever disposes of the engine. */
async function patiently(work: Promise<unknown>, patience = PATIENCE): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, systemSleep(patience, over.signal)]).finally(() => over.abort(OVER));
}

/** How long a session may be unused before it is put to rest, in milliseconds, unless the policy says otherwise. */
const IDLE_AFTER = 10 * 60_000;
