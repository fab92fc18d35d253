// A session over a chart that is where a test says, over records in memory, and with no network.
import { vi } from 'vitest';
import type { Tools } from '../../actors/tools/tools.ts';
import { Part } from '../../contract/part.ts';
import { Observer } from '../../engine/observe.ts';
import { Observers } from '../../engine/observers.ts';
import { usePart } from '../../engine/parts.ts';
import { EngineSession } from '../../engine/session.ts';
import type { AuthSnapshot, ChartInUse } from '../../engine/sessionChart.ts';
import type { AuthEvent, Interaction } from '../../machines/context.ts';
import { toolsFor } from '../actors/tools.ts';
import { samples } from '../stores/recordSamples.ts';
import { wire } from './resourceBench.ts';
import { at, grantOf, inState } from './tokenBench.ts';

// No test waits for files.
await usePart.load();

export const id = samples().grant.value.session;
export const idle = at('idle', { grant: null, binding: null, refusal: null });
export const exchanging = at({ authorizing: 'exchanging' }, { grant: null, refusal: null });
export const awaiting = at({ authorizing: 'awaitingUser' }, { grant: null, refusal: null });
/** Logged in by a grant of this version. */
export const loggedIn = (version = '7', context: Parameters<typeof at>[1] = {}): AuthSnapshot =>
  at(inState('fresh'), { grant: grantOf(version), refusal: null, ...context });
/** The same, and the chart has ended. */
export const ended = (snapshot: AuthSnapshot): AuthSnapshot =>
  Object.assign({ ...snapshot }, { status: 'stopped' as const });

/** A chart that goes where it is told to. @param hears says where an event leads. */
function chartAt(first: AuthSnapshot, hears: (event: AuthEvent) => AuthSnapshot | undefined) {
  const told: AuthEvent[] = [];
  const waiting = new Set<() => void>();
  const go = (to: AuthSnapshot): void => {
    Object.assign(chart, { snapshot: to, running: to });
    for (const look of [...waiting]) look();
  };
  const chart = {
    actor: {} as ChartInUse['actor'],
    snapshot: first,
    running: first,
    used: vi.fn(),
    wake: vi.fn(() => chart.snapshot),
    tell(event: AuthEvent) {
      told.push(event);
      const to = hears(event);
      if (to) go(to);
    },
    until: (isReached: (snapshot: AuthSnapshot) => boolean) =>
      new Promise<AuthSnapshot>((resolve) => {
        const look = (): void => {
          if (!isReached(chart.snapshot)) return;
          waiting.delete(look);
          resolve(chart.snapshot);
        };
        waiting.add(look);
        look();
      }),
    subscribe: vi.fn((_listener: (snapshot: AuthSnapshot) => void) => () => {}),
    rest: vi.fn((_now: number) => true),
    stop: vi.fn(),
  };
  return { chart, told, go };
}

/** What of a session is not as usual. */
interface Unusual {
  readonly hears?: (event: AuthEvent) => AuthSnapshot | undefined;
  readonly interaction?: Interaction;
  readonly tools?: Partial<Tools>;
}

/** A session whose chart is where the test says. */
export function sessionAt(
  first: AuthSnapshot,
  { hears = () => undefined, interaction = 'ask', tools: change = {} }: Unusual = {},
) {
  const { tools, clock } = toolsFor(change);
  const bench = chartAt(first, hears);
  const observer = new Observer(id, () => {});
  const { send, sent } = wire();
  const parts = {
    host: tools,
    tools: new Part(async () => tools),
    observers: new Observers(() => observer),
    fetch: send,
  };
  const session = new EngineSession(parts, { id, chart: bench.chart, interaction });
  return { ...bench, session, tools, clock, observer, sent };
}

/** Whether a promise has come to an end, once all has gone on that waits for no clock. */
export async function isOver(work: Promise<unknown>): Promise<boolean> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  work.then(end, end);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  return over;
}
