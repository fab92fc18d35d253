// The legend: what the boxes, arrows, marks, letters and labels of the page mean. The samples have the page's own styles.
import type { Icon } from '../layout/block.ts';
import { icons } from '../svg/icons.ts';
import { type Content, make, part } from './dom.ts';

const SVG = 'http://www.w3.org/2000/svg';

type Row = readonly [sample: Element, meaning: string];

/** Fills the legend. */
export function showLegend(): void {
  const groups: readonly (readonly [title: string, rows: readonly Row[]])[] = [
    [
      'Boxes: states',
      [
        [box('active innermost'), 'thick edge, or filled: active now'],
        [box('main'), 'on the way to a token'],
        [box('refusal'), 'a refusal or a failure'],
        [box('person'), 'waits for a person'],
        [box('region'), 'dashed edge: runs beside other states'],
        [box('frame'), 'grey: has states in it'],
      ],
    ],
    [
      'Arrows',
      [
        [wire('main'), 'a step is done'],
        [wire('refusal'), 'dashed: refused or failed'],
        [wire('plain'), 'any other event'],
        [wire('plain latest'), 'thick: the last step'],
      ],
    ],
    [
      'Marks',
      [
        [icon('person'), 'needs a person'],
        [icon('send'), 'has a token to send'],
        [icon('actor'), 'work that runs here'],
        [icon('entry'), 'done on entry'],
        [icon('entrance'), 'entered from elsewhere'],
        [word('[name]'), 'the condition of an arrow'],
        [word('/ name'), 'what an arrow does'],
      ],
    ],
    [
      'Labels',
      [
        [server('A', '0'), 'an authorization server, lettered in order'],
        [server('R', 'resource'), 'the resource'],
        [server('?', 'resource'), 'a server that no step has named'],
        [scope('', 'read'), 'a scope that is granted'],
        [scope('added', 'read ', 'new'), 'new in the last grant'],
        [scope('asked', 'read ', 'requested'), 'requested, not granted'],
        [word('↻'), 'can be renewed without a person'],
        [make('span', { class: 'spec' }, 'BIND-6'), 'a requirement: press it for its text'],
      ],
    ],
  ];
  part('legend', HTMLElement).append(
    ...groups.map(([title, rows]) =>
      make(
        'div',
        {},
        make('h3', {}, title),
        make('dl', {}, ...rows.map(([sample, meaning]) => row(sample, meaning))),
      ),
    ),
  );
}

const row = (sample: Element, meaning: string): HTMLElement =>
  make('div', {}, make('dt', {}, sample), make('dd', {}, meaning));

const word = (text: string): Element => make('span', { class: 'soft' }, text);
const server = (letter: string, colour: string): Element =>
  make('span', { class: `server colour-${colour}` }, make('b', {}, letter));
const scope = (kind: string, name: string, ...note: readonly string[]): Element =>
  make('span', { class: `scope ${kind}` }, name, ...note.map((text): Content => make('small', {}, text)));

const box = (tone: string): Element =>
  drawn(
    40,
    shape(
      'g',
      { class: `state ${tone}` },
      shape('rect', { class: 'shape', x: '2', y: '2', width: '36', height: '14', rx: '4' }),
    ),
  );
const wire = (tone: string): Element =>
  drawn(
    40,
    shape(
      'g',
      { class: `wire ${tone}` },
      shape('path', { class: 'line', d: 'M2 9H32' }),
      shape('path', { class: 'head', d: 'M39 9L31 5L31 13Z' }),
    ),
  );
const icon = (name: Icon): Element =>
  drawn(
    20,
    shape(
      'g',
      { class: `icon ${name}-icon` },
      ...(name === 'person' || name === 'send' ? [shape('circle', { cx: '10', cy: '9', r: '8.5' })] : []),
      shape('path', { d: icons[name], transform: 'translate(4 3)' }),
    ),
  );

const drawn = (width: number, content: Element): Element =>
  shape(
    'svg',
    { width: String(width), height: '18', viewBox: `0 0 ${width} 18`, 'aria-hidden': 'true' },
    content,
  );

function shape(
  tag: string,
  attributes: Readonly<Record<string, string>>,
  ...content: readonly Element[]
): Element {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
}
