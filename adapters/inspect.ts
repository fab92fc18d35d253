// `authchart/inspect`: shows running charts in the Stately inspector. What is sent is made anew of known facts.
import type { AnyStateMachine, InspectionEvent } from 'xstate';
import { refuse } from '../contract/errors.ts';
import { chartsOf } from './inspect/charts.ts';
import { type Connect, connectInBrowser, connectWith } from './inspect/connections.ts';
import { type Told, toldOf } from './inspect/messages.ts';
import { type InspectorMessage, type Line, Outbox } from './inspect/outbox.ts';
import { lineToPage, type PageTarget } from './inspect/page.ts';
import { judgedServer, ServerLine, type ServerTarget } from './inspect/socket.ts';

export type { InspectorMessage } from './inspect/outbox.ts';
export { type Frame, type PageTarget, statelyPage } from './inspect/page.ts';
export type { ServerTarget } from './inspect/socket.ts';

/** A receiver of the host's own: `(message) => port.postMessage(message)`. */
export interface FunctionTarget {
  readonly receive: (message: InspectorMessage) => void;
}

/** Who gets the messages: one of the three. */
export type InspectorTarget = PageTarget | ServerTarget | FunctionTarget;

export type InspectorOptions = InspectorTarget & {
  /**
   * Charts of your own that may be shown next to ours: their states, tags, and transitions, and the names of their events,
   * guards, actions and actors. Name only charts whose names hold no secret. Of all others nothing is told but
   * that they are there: we cannot know what is in them.
   */
  readonly charts?: readonly AnyStateMachine[];
};

export interface StatelyInspector {
  /** For `createAuthEngine`, or for `createActor` of a chart that embeds `engine.machine`. Never throws. */
  readonly inspect: (event: InspectionEvent) => void;
  /** How many messages nobody got: no receiver was there, or it was too slow, or it threw. */
  readonly dropped: number;
  /** Sends what waits, if somebody takes it within a second, and ends. Nothing is sent after it. */
  stop(): Promise<void>;
}

/**
 * Connects charts to the Stately inspector: to its page in a window or frame (`page`), to a WebSocket (`server`), or to a
 * function (`receive`). The messages are those of `@statelyai/inspect`, which has to be installed; in Node `server` needs
 * `ws`, too.
 *
 * Nothing is copied from a running chart. Of ours, its states, the types of its events, and what a trace tells of its context:
 * issuers, scopes, times, counts and failures; the resource without its query, and neither subject nor label. Of all other
 * actors nothing but that they are there; inputs, outputs and errors of none. A receiver that is missing throws nothing, keeps
 * no process alive, and takes no more memory than two thousand messages.
 * @throws AuthError `config_invalid`: a package is missing, or the target cannot be one.
 */
export async function statelyInspector(options: InspectorOptions): Promise<StatelyInspector> {
  const outbox = new Outbox();
  const begin = lineTo(options, outbox);
  const chartOf = chartsOf(options.charts ?? []);
  const tell = inWordsOf(await library(), (message) => outbox.put(message));
  const line = await begin();
  let isOver = false;
  return {
    inspect(event) {
      if (isOver) return;
      try {
        const told = toldOf(event, chartOf);
        if (told) tell(told);
        line.flush();
      } catch {
        // Who looks on must not change what happens.
        outbox.lose();
      }
    },
    get dropped() {
      return outbox.dropped;
    },
    async stop() {
      isOver = true;
      await line.close();
    },
  };
}

/** Judges the target, and opens what only opens in a click. @returns what begins. */
function lineTo(target: InspectorTarget, outbox: Outbox): () => Promise<Line> {
  if ('page' in target) {
    const line = lineToPage(target, outbox);
    return async () => line;
  }
  if ('server' in target) {
    const server = judgedServer(target.server);
    return async () => new ServerLine(server, await connector(), outbox);
  }
  const { receive } = target;
  if (typeof receive !== 'function')
    refuse('config_invalid', 'configuring', 'Say where an inspector is: give `page`, `server` or `receive`.');
  return async () => lineToFunction(receive, outbox);
}

function lineToFunction(receive: FunctionTarget['receive'], outbox: Outbox): Line {
  const flush = (): void => {
    for (let next = outbox.take(); next; next = outbox.take()) receive(next);
  };
  return { flush, close: async () => {} };
}

type Library = typeof import('@statelyai/inspect');

/** Loaded when it is used, and not before. */
const library = (): Promise<Library> =>
  import('@statelyai/inspect').catch(() => missing('@statelyai/inspect'));

async function connector(): Promise<Connect> {
  const isNode =
    typeof document === 'undefined' && typeof process !== 'undefined' && process.versions?.node !== undefined;
  if (!isNode) return connectInBrowser;
  // For Node alone: bundles for browsers need not have it.
  return connectWith(await import(/* webpackIgnore: true */ 'ws').catch(() => missing('ws')));
}

const missing = (name: string): never =>
  refuse(
    'config_invalid',
    'configuring',
    `The inspector needs ${name}, and it does not load: run \`npm install --save-dev ${name}\`.`,
  );

/** The library makes the messages. Of an actor that is given by its id it forgets the rest, so that is added again. */
function inWordsOf(
  { createInspector }: Library,
  send: (message: InspectorMessage) => void,
): (told: Told) => void {
  let about: Partial<Told['about']> = {};
  const inspector = createInspector({ send: (message) => send({ ...message, ...about }) });
  return (told) => {
    about = told.about;
    const { sessionId } = told.about;
    if (told.kind === 'actor') inspector.actor(sessionId);
    else if (told.kind === 'snapshot') inspector.snapshot(sessionId, told.snapshot, { event: told.event });
    else inspector.event(sessionId, told.event, told.sourceId === undefined ? {} : { source: told.sourceId });
  };
}
