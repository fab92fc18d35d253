// The live page: receives messages, and shows them, one part of the page in each frame.

import { actionButtons } from './actions.ts';
import type { LiveChart } from './chart.ts';
import { chartView } from './chartView.ts';
import { watchCropped } from './cropped.ts';
import { isForPage, part } from './dom.ts';
import { explanations } from './explanation.ts';
import { guide } from './guide.ts';
import { showLegend } from './legend.ts';
import { eventLog, requestLog } from './logs.ts';
import type { Action, Message } from './messages.ts';
import { sessionName } from './names.ts';
import { partsOfPage } from './parts.ts';
import { requirementPicker } from './requirementPicker.ts';
import { sessionCards } from './sessionCards.ts';
import { showConnection, statusLine } from './statusLine.ts';
import { listen, press } from './stream.ts';
import { takeToken } from './token.ts';
import { afterMessage, emptyView, type SessionView, type View } from './view.ts';

const chart: LiveChart = JSON.parse(part('known', HTMLScriptElement).text);
const token = takeToken();
const openedAt = Date.now();
let view: View = emptyView;
/** The key of the session that the chart shows. */
let focus = '';
/** The number of the newest line that has flashed in the chart. Lines from before the page was opened do not flash. */
let flashed = Number.POSITIVE_INFINITY;
/** How often the connection was opened. */
let runs = 0;

const onChart = chartView(chart);
const status = statusLine(chart);
const cards = sessionCards(chart, choose);
const events = eventLog(chart, (arrows) => onChart.highlight(arrows));
const requests = requestLog();
const buttons = actionButtons((action) => void pressed(action));
const first = guide(chart, (action) => void pressed(action));
const pick = requirementPicker(chart, (serving) => onChart.filter(serving));
const showPart = partsOfPage(() => onChart.look());
explanations(chart, (id) => {
  showPart('chart');
  pick(id);
});
showLegend();
for (const place of document.querySelectorAll<HTMLElement>('.scroller')) watchCropped(place);

/** Each frame renders one part, so that no frame takes long. The chart is rendered twice as often as the others. */
const parts: readonly ((session: SessionView) => void)[] = [
  showChart,
  () => cards.show(view, focus),
  ({ key, steps }) => events.show(`${runs} ${key}`, steps),
  showChart,
  (session) => status.show(session, view.servers),
  ({ key, requests: lines }) => requests.show(`${runs} ${key}`, lines, view.servers),
];
/** The place of the cards among the parts. */
const WITH_CARDS = 1;
let turn = 0;
/** How many parts have to be rendered. */
let due = 0;

function receive(message: Message): void {
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
  // In the frame of the cards, so that they say the same; also without a session.
  if (turn === WITH_CARDS) first.show(view, focus);
  if (session) parts[turn]?.(session);
  turn = (turn + 1) % parts.length;
  due -= 1;
  if (due > 0) requestAnimationFrame(render);
}

function showChart(session: SessionView): void {
  const { step, steps } = session;
  const fresh = steps.filter(({ number }) => number > flashed).map(({ fact }) => fact);
  flashed = view.newest;
  const hasTarget = (arrow: string): boolean => chart.arrows[arrow]?.target !== undefined;
  onChart.show({
    active: step?.states ?? [],
    latest: steps.findLast(({ fact }) => fact.arrows.some(hasTarget))?.fact.arrows ?? [],
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
  const text = `${label}: the command does not answer. Start it again.`;
  receive({ kind: 'said', at: Date.now(), text, isGood: false });
}

document.addEventListener('keydown', (event) => {
  const by = { '[': -1, ']': 1 }[event.key];
  if (by === undefined || !isForPage(event)) return;
  const at = view.sessions.findIndex(({ key }) => key === focus);
  const next = view.sessions.at((at + by) % view.sessions.length);
  if (next) choose(next.key);
});
setInterval(() => cards.tick(), 1_000);

if (token === undefined) showConnection('tokenless');
else {
  showConnection('connecting');
  void listen(token, {
    opened() {
      view = emptyView;
      flashed = Number.POSITIVE_INFINITY;
      runs += 1;
      showConnection('live');
      later();
    },
    received: receive,
    lost: () => showConnection('lost'),
    refused: () => showConnection('refused'),
  });
}
