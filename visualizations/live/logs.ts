// The two logs, newest first: the events of the chart, and the requests. The arrows of a line that a person points at are
// highlighted in the chart.
import type { RequestFact, StepFact } from '../../contract/trace.ts';
import { urlOf } from '../../protocol/url.ts';
import { requirementChip } from './badges.ts';
import type { LiveChart } from './chart.ts';
import { type Content, make, onChange, part } from './dom.ts';
import { pathOf, placeOf, serverName, serverOf } from './names.ts';
import { KEPT, type Line } from './view.ts';

/** A log of facts. */
export interface Log<Fact> {
  /** Shows new lines. @param key When it changes, the log begins from empty. */
  show(key: string, lines: readonly Line<Fact>[]): void;
}

/** The log of events. @param highlight Called with the arrows of the line that a person points at, or with none. */
export function eventLog(chart: LiveChart, highlight: (arrows: readonly string[]) => void): Log<StepFact> {
  const arrowsOf = new WeakMap<Element, readonly string[]>();
  const list = listIn('events');
  const pointTo = onChange(highlight);
  const look = ({ target }: Event): void =>
    pointTo(target instanceof Element ? (arrowsOf.get(target.closest('li') ?? target) ?? []) : []);
  for (const type of ['pointerover', 'focusin']) list.addEventListener(type, look);
  for (const type of ['pointerleave', 'focusout']) list.addEventListener(type, () => pointTo([]));
  return log(list, ({ at, event, arrows, spec }) => {
    const line = make(
      'li',
      {},
      clock(at),
      make('span', { class: 'what' }, event),
      make('span', { class: 'ways' }, ...arrows.flatMap((id) => wayOf(chart, id))),
      make('span', { class: 'specs' }, ...spec.map((id) => requirementChip(chart, id))),
    );
    arrowsOf.set(line, arrows);
    return line;
  });
}

/** `[isBoundElsewhere] → rejected`. */
function wayOf({ arrows }: LiveChart, id: string): readonly Content[] {
  const { guard, target } = arrows[id] ?? {};
  const why = guard === undefined || guard === 'otherwise' ? [] : [make('i', {}, `[${guard}] `)];
  return [...why, target === undefined ? 'stays ' : `→ ${target} `];
}

/** The log of requests. */
export interface RequestLog {
  show(key: string, lines: readonly Line<RequestFact>[], servers: readonly string[]): void;
}

const ALL = '';

/** The log of requests, with a select box for one server. */
export function requestLog(): RequestLog {
  const list = listIn('requests');
  const only = part('only', HTMLSelectElement);
  let servers: readonly string[] = [];
  const none = part('none-of-these', HTMLElement);
  const showNone = (): void => {
    none.hidden = list.children.length === 0 || [...list.children].some(isWanted);
  };
  const filter = (): void => {
    for (const line of list.children) line.toggleAttribute('hidden', !isWanted(line));
    showNone();
  };
  const isWanted = (line: Element): boolean =>
    only.value === ALL || line.getAttribute('data-to') === only.value;
  only.addEventListener('change', filter);
  const showServers = onChange((issuers: readonly string[]) => {
    const before = only.value;
    const names = issuers.map((issuer) => serverName(issuers, issuer));
    only.replaceChildren(
      make('option', { value: ALL }, 'all'),
      make('option', { value: 'resource' }, 'the resource'),
      ...names.map(({ letter, place }) => make('option', { value: letter }, `${letter} ${place}`)),
    );
    only.value = before;
  });
  showServers([]);
  const lines = log<RequestFact>(list, (fact) => {
    const line = requestLine(fact, servers);
    line.toggleAttribute('hidden', !isWanted(line));
    return line;
  });
  return {
    show(key, requests, known) {
      servers = known;
      showServers(known);
      // A server gets its letter when a step names it, which is after the first request to it. Then the log is rebuilt.
      lines.show(`${key} ${known.length}`, requests);
      showNone();
    },
  };
}

function requestLine(
  { at, session, method, url, status, purpose }: RequestFact,
  servers: readonly string[],
): HTMLElement {
  const { to, letter, colour, place } = destinationOf(url, session.resource, servers);
  return make(
    'li',
    { 'data-to': to },
    clock(at),
    make('span', { class: `server colour-${colour}`, title: place }, make('b', {}, letter)),
    make('span', { class: 'what' }, `${method} ${pathOf(url)}`),
    make(
      'span',
      { class: `status ${status === undefined || status >= 400 ? 'bad' : ''}` },
      String(status ?? 'no answer'),
    ),
    make('span', { class: 'ways' }, purpose.replace('-', ' ')),
  );
}

/** Where a request goes. */
interface Destination {
  readonly to: string;
  readonly letter: string;
  readonly colour: string;
  readonly place: string;
}

/** Where a request goes: to a server with a letter, to the resource, or elsewhere. */
export function destinationOf(url: string, resource: string, servers: readonly string[]): Destination {
  const issuer = serverOf(servers, url);
  if (issuer !== undefined) {
    const { letter, colour, place } = serverName(servers, issuer);
    return { to: letter, letter, colour: String(colour), place };
  }
  const isResource = urlOf(url)?.origin === urlOf(resource)?.origin;
  return isResource
    ? { to: 'resource', letter: 'R', colour: 'resource', place: placeOf(resource) }
    : { to: 'unknown', letter: '?', colour: 'resource', place: placeOf(url) };
}

/** Adds lines, and removes the oldest ones. */
function log<Fact>(list: HTMLElement, lineOf: (fact: Fact) => HTMLElement): Log<Fact> {
  let [shownKey, shown] = ['', 0];
  return {
    show(key, lines) {
      if (key !== shownKey) {
        list.replaceChildren();
        [shownKey, shown] = [key, 0];
      }
      const fresh = lines.filter(({ number }) => number > shown);
      if (fresh.length === 0) return;
      shown = fresh.at(-1)?.number ?? shown;
      list.prepend(...fresh.map(({ fact }) => lineOf(fact)).reverse());
      while (list.children.length > KEPT) list.lastElementChild?.remove();
      setTabStop(list);
    },
  };
}

/** A list in which the Tab key reaches one line, and the arrow keys the others. */
function listIn(id: string): HTMLElement {
  const list = part(id, HTMLElement).querySelector('ol');
  if (!list) throw new TypeError('There is no list.');
  list.addEventListener('keydown', (event) => {
    const { target } = event;
    const line = target instanceof HTMLElement ? target.closest('li') : null;
    if (!line) return;
    const next = neighbourOf(line, document.activeElement, event.key);
    if (!(next instanceof HTMLElement)) return;
    event.preventDefault();
    if (next.matches('li')) {
      line.tabIndex = -1;
      next.tabIndex = 0;
    }
    next.focus();
  });
  return list;
}

/** Up and down lead to other lines, right and left through the chips of a line. */
function neighbourOf(line: Element, focused: Element | null, key: string): Element | null | undefined {
  const stops = [line, ...line.querySelectorAll('button')];
  const at = focused ? stops.indexOf(focused) : 0;
  switch (key) {
    case 'ArrowDown':
      return line.nextElementSibling;
    case 'ArrowUp':
      return line.previousElementSibling;
    case 'ArrowRight':
      return stops[at + 1];
    case 'ArrowLeft':
      return stops[at - 1];
    default:
      return undefined;
  }
}

/** The Tab key reaches the newest line, unless the focus is in the list. */
function setTabStop(list: HTMLElement): void {
  if (list.contains(document.activeElement)) return;
  for (const line of list.querySelectorAll<HTMLElement>('[tabindex="0"]')) line.tabIndex = -1;
  const [first] = list.children;
  if (first instanceof HTMLElement) first.tabIndex = 0;
}

const clock = (at: number): HTMLElement =>
  make('span', { class: 'clock' }, new Date(at).toTimeString().slice(0, 8));
