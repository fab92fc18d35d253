// A drawing in the page: its states and arrows can be lit, flash, and stand out.
import { withOuter } from './words.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** How long a flash is lit before it fades, and how often it is looked whether it is over, in milliseconds. */
const [LIT, SWEEP] = [700, 100];
/** Of more than these none fades: what fades is a layer of its own, and many of them are slow. */
const MOST_FADING = 16;

/** A drawing whose states and arrows can be lit. */
export interface LiveDrawing {
  readonly svg: SVGSVGElement;
  /** These states are active: the innermost ones. */
  light(active: readonly string[]): void;
  /** These were entered, and these arrows taken. */
  flash(entered: readonly string[], arrows: readonly string[]): void;
  /** These alone stand out; nothing: all are as they were. */
  single(states: readonly string[], arrows: readonly string[]): void;
  /** The way on which the chart came to where it is. */
  latest(arrows: readonly string[]): void;
  /** A line of a log is looked at: its arrows. */
  point(arrows: readonly string[]): void;
  /** Gives these states, and no others, a class. */
  mark(name: string, states: readonly string[]): void;
  /** The first of these states that is in this drawing. */
  firstOf(states: readonly string[]): Element | undefined;
}

type Found = Element | null | undefined;

/** @param place where the drawing is. */
export function liveDrawing(place: Element): LiveDrawing {
  const svg = place.querySelector('svg');
  if (!svg) throw new TypeError('There is no drawing.');
  const states = byName(svg, 'data-state');
  const arrows = byName(svg, 'data-arrow');
  const wires = new Map([...arrows].map(([id, row]) => [id, row.closest('.wire')]));
  const ofStates = (paths: readonly string[]): readonly Found[] => paths.map((path) => states.get(path));
  const ofArrows = (ids: readonly string[]): readonly Found[] =>
    ids.flatMap((id) => [arrows.get(id), wires.get(id)]);
  const spark = sparksIn(svg);
  const marked = new Map<string, ReadonlySet<Element>>();
  /** These have the class, and no others. */
  const only = (name: string, elements: readonly Found[]): void => {
    const now = new Set(elements.filter((one) => one instanceof Element));
    for (const one of marked.get(name) ?? []) if (!now.has(one)) one.classList.remove(name);
    for (const one of now) one.classList.add(name);
    marked.set(name, now);
  };
  return {
    svg,
    light(active) {
      only('lit', ofStates(active.flatMap(withOuter)));
      only('innermost', ofStates(active));
    },
    flash(entered, taken) {
      const cards = ofStates(entered.flatMap(withOuter)).filter((one) => !one?.classList.contains('frame'));
      for (const element of new Set([...cards, ...ofArrows(taken)])) spark(element);
    },
    single(paths, ids) {
      svg.classList.toggle('singled', paths.length + ids.length > 0);
      only('serves', [...ofStates(paths), ...ofArrows(ids)]);
    },
    latest: (ids) => only('latest', ofArrows(ids)),
    point: (ids) => only('pointed', ofArrows(ids)),
    mark: (name, paths) => only(name, ofStates(paths)),
    firstOf: (paths) => ofStates(paths).find((one) => one instanceof Element) ?? undefined,
  };
}

function byName(svg: SVGSVGElement, attribute: string): ReadonlyMap<string, Element> {
  const elements = [...svg.querySelectorAll(`g[${attribute}]`)];
  return new Map(elements.map((one) => [one.getAttribute(attribute) ?? '', one]));
}

/** Whether the person wants nothing to move. */
const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** What flashes gets something laid over it, once; it stays lit for a while, and then it fades. */
function sparksIn(svg: SVGSVGElement): (element: Found) => void {
  const overlays = new Map<Element, readonly Element[]>();
  const ends = new Map<Element, number>();
  let later: ReturnType<typeof setTimeout> | undefined;
  function sweep(): void {
    const now = performance.now();
    for (const [overlay, end] of ends) {
      if (end > now) continue;
      overlay.classList.remove('on');
      ends.delete(overlay);
    }
    later = ends.size > 0 ? setTimeout(sweep, SWEEP) : undefined;
  }
  return (element) => {
    if (!element) return;
    const known = overlays.get(element) ?? overlaysOf(element);
    overlays.set(element, known);
    for (const overlay of known) {
      overlay.classList.add('on');
      ends.set(overlay, performance.now() + LIT);
    }
    svg.classList.toggle('crowded', ends.size > MOST_FADING);
    if (later === undefined) later = setTimeout(sweep, SWEEP);
  };
}

function overlaysOf(element: Element): readonly Element[] {
  if (element.classList.contains('arrow')) return element.querySelector('text') ? [markerOf(element)] : [];
  return [...element.querySelectorAll(':scope>.shape,:scope>.line')].flatMap((shape) => {
    const overlay = shape.cloneNode();
    if (!(overlay instanceof Element)) return [];
    overlay.classList.add('spark');
    shape.after(overlay);
    return [overlay];
  });
}

/** A marker's stroke behind the words. */
function markerOf(row: Element): Element {
  const marker = document.createElementNS(SVG, 'rect');
  const { x, y, width, height } = row instanceof SVGGElement ? row.getBBox() : new DOMRect();
  const place = { x: x - 4, y: y - 3, width: width + 8, height: height + 6, rx: 5 };
  for (const [name, value] of Object.entries(place)) marker.setAttribute(name, String(value));
  marker.classList.add('spark');
  row.prepend(marker);
  return marker;
}

/**
 * Scrolls this place, and not the page, until the middle of it shows what could not be seen.
 * @param isFar there is no way to be seen between what was there before and this.
 */
export function scrollTo(place: HTMLElement, element: Element | undefined, isFar = false): void {
  if (!element) return;
  const [outer, inner] = [place.getBoundingClientRect(), element.getBoundingClientRect()];
  const [left, top] = [inner.left - outer.left, inner.top - outer.top];
  const isSeen =
    left >= 0 && top >= 0 && left + inner.width <= outer.width && top + inner.height <= outer.height;
  if (isSeen) return;
  place.scrollBy({
    left: left - Math.max(16, (outer.width - inner.width) / 2),
    top: top - Math.max(16, (outer.height - inner.height) / 2),
    behavior: isFar || isStill() ? 'instant' : 'smooth',
  });
}
