// A sequence as SVG: a column for each participant, a row for each message, and the phases of the chart as background.
import { linesOf, widthOf } from '../layout/text.ts';
import { fonts } from '../layout/theme.ts';
import { headOf, lineOf } from '../svg/line.ts';
import { style } from '../svg/style.ts';
import { tag, textTag } from '../svg/xml.ts';
import type { Message, Sequence, Visit } from './sequence.ts';

/** The sizes, in pixels. */
const sizes = {
  paper: 20,
  phases: 180,
  column: 200,
  person: 190,
  head: 56,
  message: 28,
  first: 12,
  line: 15,
};

interface Layout {
  readonly width: number;
  readonly height: number;
  readonly columns: ReadonlyMap<string, number>;
  readonly bands: readonly Band[];
}

/** The position of a visit, and its outcome in lines. */
interface Band {
  readonly y: number;
  readonly height: number;
  readonly outcome: readonly string[];
}

/** Draws a sequence. @returns a whole document, with a newline at its end. */
export function sequenceSvg(sequence: Sequence): string {
  const layout = layoutOf(sequence);
  const { width, height } = layout;
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    class: 'authchart sequence',
    role: 'img',
    'aria-labelledby': 'sequence-title sequence-desc',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
  };
  const content = [
    textTag('title', { id: 'sequence-title' }, `Login at ${sequence.title}, as it was recorded`),
    textTag('desc', { id: 'sequence-desc' }, describe(sequence)),
    tag('style', {}, `${style}\n${ownStyle}`),
    tag('rect', { class: 'paper', width, height, rx: 10 }),
    ...sequence.visits.map((visit, at) => bandOf(visit, layout, at)),
    ...lifelines(sequence, layout),
    ...sequence.visits.map((visit, at) => visitGroup(visit, layout, at)),
  ];
  return `${tag('svg', attributes, ['', ...content, ''].join('\n'))}\n`;
}

/** The description for people who do not see the drawing. */
const describe = ({ visits }: Sequence): string =>
  visits
    .flatMap(({ phase, text, messages }) => [
      `${phase} ${text}`.trim(),
      ...messages.map(
        ({ from, to, text: said, answer }) =>
          `${from} to ${to}: ${said}${answer === undefined ? '' : `, ${answer}`}`,
      ),
    ])
    .join('. ');

function layoutOf({ participants, visits }: Sequence): Layout {
  const { paper, phases, column, head, person } = sizes;
  const columns = new Map<string, number>();
  let x = paper + phases + column / 4;
  for (const { id } of participants) {
    columns.set(id, x);
    x += id === 'person' ? person : column;
  }
  const width = x - column / 2 + paper;
  const bands: Band[] = [];
  let y = paper + head;
  for (const visit of visits) {
    const outcome = linesOf(visit.text, fonts.event, width - 2 * paper - phases - 24);
    const height = heightOf(visit, outcome);
    bands.push({ y, height, outcome });
    y += height + 6;
  }
  return { width, height: y + paper, columns, bands };
}

/** The height of a visit: that of its name and ids, or of its messages. */
function heightOf({ spec, messages }: Visit, outcome: readonly string[]): number {
  const ids = 30 + linesOfSpec(spec).length * sizes.line;
  return Math.max(ids, outcomeHeight(outcome) + messages.length * sizes.message + sizes.first);
}

const outcomeHeight = (outcome: readonly string[]): number =>
  outcome.length === 0 ? 0 : 5 + outcome.length * sizes.line;

/** The ids of requirements in lines. */
function linesOfSpec(spec: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const id of spec) {
    const longer = `${lines.at(-1)} ${id}`;
    if (lines.length > 0 && widthOf(longer, fonts.action) <= sizes.phases - 24)
      lines[lines.length - 1] = longer;
    else lines.push(id);
  }
  return lines;
}

function bandOf({ tone }: Visit, { width, bands }: Layout, at: number): string {
  const { y = 0, height = 0 } = bands[at] ?? {};
  const box = { class: 'shape', x: sizes.paper, y, width: width - 2 * sizes.paper, height, rx: 8 };
  return tag('g', { class: `state frame ${tone}` }, tag('rect', box));
}

function lifelines({ participants }: Sequence, { columns, height }: Layout): readonly string[] {
  return participants.map(({ id, label }) => {
    const x = columns.get(id) ?? 0;
    const y = sizes.paper + 26;
    const [kind, ...rest] = label.split(' ');
    const isNamed = rest.length > 0;
    return tag(
      'g',
      { class: 'lifeline' },
      tag('path', { class: 'thread', d: `M${x} ${y + 18}V${height - sizes.paper}` }) +
        textTag(
          'text',
          { class: 'title', x, y: isNamed ? y - 4 : y + 4, 'text-anchor': 'middle' },
          kind ?? '',
        ) +
        (isNamed
          ? textTag('text', { class: 'detail', x, y: y + 11, 'text-anchor': 'middle' }, rest.join(' '))
          : ''),
    );
  });
}

function visitGroup(visit: Visit, layout: Layout, index: number): string {
  const { phase, text, spec, at, tone, messages } = visit;
  const { y: top = 0, outcome = [] } = layout.bands[index] ?? {};
  const x = sizes.paper + 12;
  const first = top + outcomeHeight(outcome) + sizes.first;
  return tag(
    'g',
    { class: `visit ${tone}`, 'data-state': phase },
    [
      textTag('title', {}, [phase, text, time(at)].filter((part) => part !== '').join(', ')),
      textTag('text', { class: 'phase', x, y: top + 20 }, phase),
      ...linesOfSpec(spec).map((line, row) =>
        textTag('text', { class: 'action', x, y: top + 36 + row * sizes.line }, line),
      ),
      ...outcome.map((line, row) =>
        textTag(
          'text',
          { class: 'event outcome', x: x + sizes.phases, y: top + 19 + row * sizes.line },
          line,
        ),
      ),
      ...messages.map((message, row) => messageGroup(message, first + row * sizes.message, layout)),
    ].join(''),
  );
}

function messageGroup({ from, to, text, answer, at, tone }: Message, top: number, layout: Layout): string {
  const [start, end] = [layout.columns.get(from) ?? 0, layout.columns.get(to) ?? 0];
  const y = top + 14;
  const forward = end > start ? 1 : -1;
  const points = [
    { x: start + 4 * forward, y },
    { x: end - 4 * forward, y },
  ];
  const middle = (start + end) / 2;
  const room = Math.abs(end - start) - 24;
  return tag(
    'g',
    { class: `wire ${tone}` },
    [
      textTag('title', {}, `${text}${answer === undefined ? '' : `, ${answer}`}, ${time(at)}`),
      tag('path', { class: 'line', d: lineOf(points) }),
      tag('path', { class: 'head', d: headOf(points) }),
      textTag(
        'text',
        { class: 'event', x: middle, y: y - 6, 'text-anchor': 'middle' },
        shortened(text, room),
      ),
      ...(answer === undefined ? [] : [textTag('text', { class: 'answer', x: end + 8, y: y + 4 }, answer)]),
    ].join(''),
  );
}

/** Shortens a text from the left, since the end of a path is more useful. */
function shortened(text: string, room: number): string {
  if (widthOf(text, fonts.event) <= room) return text;
  const [method = '', ...path] = text.split(' ');
  let rest = path.join(' ');
  while (rest.length > 8 && widthOf(`${method} …${rest}`, fonts.event) > room) rest = rest.slice(1);
  return `${method} …${rest}`;
}

const time = (at: number): string =>
  `after ${at < 1000 ? `${Math.round(at)} ms` : `${(at / 1000).toFixed(1)} s`}`;

const ownStyle = [
  '.thread{stroke:var(--edge);stroke-dasharray:3 4}',
  '.answer{font-size:11px;fill:var(--soft);font-weight:bold}',
  '.wire.main>.answer{fill:var(--main)}',
  '.wire.refusal>.answer{fill:var(--refusal)}',
  '.wire.person>.line{stroke:var(--person)}',
  '.visit.refusal>.outcome{fill:var(--refusal)}',
  '.visit.main>.outcome{fill:var(--main)}',
].join('\n');
