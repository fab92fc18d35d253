// `authchart/inspect`: shows running charts in the Stately inspector. It sends only facts that hold no secret.
import type { AnyStateMachine, InspectionEvent } from 'xstate';
import { refuse } from '../contract/errors.ts';
import { chartsOf } from './inspect/charts.ts';
import { type Connect, connectInBrowser } from './inspect/connections.ts';
import { connectWith } from './inspect/nodeConnections.ts';
import { type InspectorMessage, Outbox, type Sender } from './inspect/outbox.ts';
import { type PageTarget, pageSender } from './inspect/page.ts';
import { type Report, reportOf } from './inspect/reports.ts';
import { judgedServer, ServerSender, type ServerTarget } from './inspect/socket.ts';

export type { InspectorMessage } from './inspect/outbox.ts';
export { type Frame, type PageTarget, type Receiver, statelyPage } from './inspect/page.ts';
export type { ServerTarget } from './inspect/socket.ts';

/** A function of the host that receives the messages: `(message) => port.postMessage(message)`. */
export interface FunctionTarget {
  readonly receive: (message: InspectorMessage) => void;
}

/** What receives the messages: a page, a WebSocket, or a function. */
export type InspectorTarget = PageTarget | ServerTarget | FunctionTarget;

/** Where the messages go, and which charts of the host may be shown. */
export type InspectorOptions = InspectorTarget & {
  /**
   * Charts of your own that may be shown beside ours: their states, tags and transitions, and the names of their
   * events, guards, actions and actors. List only charts whose names hold no secret. Of any other chart the inspector
   * shows that it exists, and nothing else.
   */
  readonly charts?: readonly AnyStateMachine[];
};

/** A connection to the Stately inspector. */
export interface StatelyInspector {
  /** Give it to `createAuthEngine`, or to `createActor` of a chart that embeds `engine.machine`. It never throws. */
  readonly inspect: (event: InspectionEvent) => void;
  /** How many messages were lost: there was no receiver, or it was too slow, or it threw. */
  readonly dropped: number;
  /** Sends the messages that wait, within a second, and ends the connection. */
  stop(): Promise<void>;
}

/**
 * Connects running charts to the Stately inspector: to its page in a window or frame (`page`), to a WebSocket
 * (`server`), or to a function (`receive`). The messages are those of `@statelyai/inspect`, which you have to install.
 * In Node, `server` also needs `ws`.
 *
 * No secret is sent. Of our charts the inspector gets the states, the types of events, and the facts that a trace has:
 * issuers, scopes, times, counts and failures, and the resource without its query. It gets neither subject nor label.
 * Of all other actors it gets that they exist. It never gets an input, an output or an error of an actor.
 * A missing receiver causes no error and does not keep the process alive. At most 2000 messages are kept for it.
 * @throws AuthError `config_invalid` when a package is missing, or the target cannot be used.
 * @example
 * import { createAuthEngine, memoryStore } from 'authchart';
 * import { statelyInspector } from 'authchart/inspect';
 * import { loopbackUserAgent } from 'authchart/node';
 * const { inspect } = await statelyInspector({ server: 'ws://localhost:8080' });
 * const userAgent = loopbackUserAgent();
 * const engine = createAuthEngine({ client: { name: 'my tool' }, store: memoryStore(), userAgent, inspect });
 */
export async function statelyInspector(options: InspectorOptions): Promise<StatelyInspector> {
  const outbox = new Outbox();
  const begin = senderTo(options, outbox);
  const chartOf = chartsOf(options.charts ?? []);
  const write = writerWith(await library(), (message) => outbox.put(message));
  const sender = await begin();
  let isOver = false;
  return {
    inspect(event) {
      if (isOver) return;
      try {
        const report = reportOf(event, chartOf);
        if (report) write(report);
        sender.flush();
      } catch {
        // An error of the inspector must not change what the chart does.
        outbox.countLost();
      }
    },
    get dropped() {
      return outbox.dropped;
    },
    async stop() {
      isOver = true;
      await sender.close();
    },
  };
}

/** Checks the target, and opens the window at once, since browsers allow that only in a click. @returns what begins. */
function senderTo(target: InspectorTarget, outbox: Outbox): () => Promise<Sender> {
  if ('page' in target) {
    const sender = pageSender(target, outbox);
    return async () => sender;
  }
  if ('server' in target) {
    const server = judgedServer(target.server);
    return async () => new ServerSender(server, await connector(), outbox);
  }
  const { receive } = target;
  if (typeof receive !== 'function')
    refuse('config_invalid', 'configuring', 'Say where an inspector is: give `page`, `server` or `receive`.');
  return async () => functionSender(receive, outbox);
}

function functionSender(receive: FunctionTarget['receive'], outbox: Outbox): Sender {
  const flush = (): void => {
    for (let next = outbox.take(); next; next = outbox.take()) receive(next);
  };
  return { flush, close: async () => {} };
}

type Library = typeof import('@statelyai/inspect');

/** Loaded only when an inspector is used. */
const library = (): Promise<Library> =>
  import('@statelyai/inspect').catch(() => missing('@statelyai/inspect'));

async function connector(): Promise<Connect> {
  const isNode =
    typeof document === 'undefined' && typeof process !== 'undefined' && process.versions?.node !== undefined;
  if (!isNode) return connectInBrowser;
  // Bundles for browsers must not need `ws`: only Node loads it.
  return connectWith(await import(/* webpackIgnore: true */ 'ws').catch(() => missing('ws')));
}

const missing = (name: string): never =>
  refuse(
    'config_invalid',
    'configuring',
    `The inspector needs ${name}, which cannot be loaded. Run \`npm install --save-dev ${name}\`.`,
  );

/**
 * Writes reports as messages of the library. The library knows an actor by its id alone, so what else is known of the
 * actor is added to its messages.
 */
function writerWith(
  { createInspector }: Library,
  send: (message: InspectorMessage) => void,
): (report: Report) => void {
  let about: Partial<Report['about']> = {};
  const inspector = createInspector({ send: (message) => send({ ...message, ...about }) });
  return (report) => {
    about = report.about;
    const { sessionId } = report.about;
    if (report.kind === 'actor') inspector.actor(sessionId);
    else if (report.kind === 'snapshot')
      inspector.snapshot(sessionId, report.snapshot, { event: report.event });
    else
      inspector.event(
        sessionId,
        report.event,
        report.sourceId === undefined ? {} : { source: report.sourceId },
      );
  };
}
