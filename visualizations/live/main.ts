// The page: hears what happens, and shows it, a part in each frame.
import type { LiveChart } from './chart.ts';
import { chartView } from './chartView.ts';
import { isForPage, part } from './dom.ts';
import { eventLog, wireLog } from './logs.ts';
import type { Action, Message } from './messages.ts';
import { sessionName } from './names.ts';
import { requirementPicker } from './requirementPicker.ts';
import { sessionCards } from './sessionCards.ts';
import { sayConnection, speech } from './speech.ts';
import { listen, press } from './stream.ts';
import { takeToken } from './token.ts';
import { tricks } from './tricks.ts';
import { afterMessage, emptyView, type SessionView, type View } from './view.ts';

const chart: LiveChart = JSON.parse(part('known', HTMLScriptElement).text);
const token = takeToken();
const openedAt = Date.now();
let view: View = emptyView;
/** The key of the session that the chart shows. */
let focus = '';
/** The newest line that the chart has shown; what was there before somebody looked does not flash. */
let flashed = Number.POSITIVE_INFINITY;
/** How often everything has begun anew. */
let runs = 0;

const onChart = chartView(chart);
const words = speech(chart);
const cards = sessionCards(chart, choose);
const events = eventLog(chart, (arrows) => onChart.point(arrows));
const wire = wireLog();
const buttons = tricks((action) => void pressed(action));
requirementPicker(chart, (serving) => onChart.single(serving));

/** However much comes, a frame stays short: one part for each, and the chart twice as often as the others. */
const parts: readonly ((session: SessionView) => void)[] = [
  showChart,
  () => cards.show(view, focus),
  ({ key, steps }) => events.show(`${runs} ${key}`, steps),
  showChart,
  (session) => words.show(session, view.servers),
  ({ key, requests }) => wire.show(`${runs} ${key}`, requests, view.servers),
];
let turn = 0;
/** How many parts do not show yet what has come. */
let due = 0;

function hear(message: Message): void {
  view = afterMessage(view, message);
  later();
}

function later(): void {
  if (due === 0) requestAnimationFrame(render);
  due = parts.length;
}

function render(): void {
  const session = view.sessions.find(({ key }) => key === focus) ?? view.sessions[0];
  const { actions, said } = view;
  buttons.show(session && sessionName(session.id), actions, said && said.at >= openedAt ? said : undefined);
  focus = session?.key ?? focus;
  if (session) parts[turn]?.(session);
  turn = (turn + 1) % parts.length;
  due -= 1;
  if (due > 0) requestAnimationFrame(render);
}

function showChart(session: SessionView): void {
  const { step, steps } = session;
  const fresh = steps.filter(({ number }) => number > flashed).map(({ fact }) => fact);
  flashed = view.newest;
  const leads = (arrow: string): boolean => chart.arrows[arrow]?.target !== undefined;
  onChart.show({
    active: step?.states ?? [],
    latest: steps.findLast(({ fact }) => fact.arrows.some(leads))?.fact.arrows ?? [],
    entered: fresh.flatMap(({ entered }) => entered),
    taken: fresh.flatMap(({ arrows }) => arrows),
  });
}

function choose(key: string): void {
  if (key === focus) return;
  focus = key;
  flashed = Number.POSITIVE_INFINITY;
  later();
}

async function pressed({ id, label }: Action): Promise<void> {
  const session = view.sessions.find(({ key }) => key === focus)?.id;
  if (await press(token ?? '', { id, ...(session && { session }) })) return;
  const text = `${label}: the command cannot be reached; start it again.`;
  hear({ kind: 'said', at: Date.now(), text, isGood: false });
}

document.addEventListener('keydown', (event) => {
  const by = { '[': -1, ']': 1 }[event.key];
  if (by === undefined || !isForPage(event)) return;
  const at = view.sessions.findIndex(({ key }) => key === focus);
  const next = view.sessions.at((at + by) % view.sessions.length);
  if (next) choose(next.key);
});
setInterval(() => cards.tick(), 1_000);

if (token === undefined) sayConnection('tokenless');
else {
  sayConnection('connecting');
  void listen(token, {
    opened() {
      view = emptyView;
      flashed = Number.POSITIVE_INFINITY;
      runs += 1;
      sayConnection('live');
      later();
    },
    heard: hear,
    lost: () => sayConnection('lost'),
    refused: () => sayConnection('refused'),
  });
}
