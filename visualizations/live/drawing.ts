// A drawing in the page, whose states and arrows can be marked.
import { withOuter } from './words.ts';

const SVG = 'http://www.w3.org/2000/svg';

/** How long a flash stays before it fades, and how often flashes are checked, in milliseconds. */
const [FLASH, CHECK] = [700, 100];
/** When there are more flashes than this, none fades: each one that fades is a layer of its own, and many are slow. */
const MOST_FADING = 16;

/** A drawing in the page. */
export interface LiveDrawing {
  readonly svg: SVGSVGElement;
  /** Marks the active states. @param active The innermost ones. */
  showActive(active: readonly string[]): void;
  /** Lets states that were entered and arrows that were taken flash. */
  flash(entered: readonly string[], arrows: readonly string[]): void;
  /** Dims everything except these. With nothing, nothing is dimmed. */
  filter(states: readonly string[], arrows: readonly string[]): void;
  /** Marks the arrows of the last transition. */
  showLatest(arrows: readonly string[]): void;
  /** Highlights the arrows of a log line. */
  highlight(arrows: readonly string[]): void;
  /** Gives a class to these states, and to no others. */
  mark(name: string, states: readonly string[]): void;
  /** The first of these states that is in this drawing. */
  firstOf(states: readonly string[]): Element | undefined;
}

type Found = Element | null | undefined;

/** Finds the drawing in a place. @throws TypeError when there is none. */
export function liveDrawing(place: Element): LiveDrawing {
  const svg = place.querySelector('svg');
  if (!svg) throw new TypeError('There is no drawing.');
  const states = byName(svg, 'data-state');
  const arrows = byName(svg, 'data-arrow');
  const wires = new Map([...arrows].map(([id, row]) => [id, row.closest('.wire')]));
  const ofStates = (paths: readonly string[]): readonly Found[] => paths.map((path) => states.get(path));
  const ofArrows = (ids: readonly string[]): readonly Found[] =>
    ids.flatMap((id) => [arrows.get(id), wires.get(id)]);
  const flashOne = flashesIn(svg);
  const marked = new Map<string, ReadonlySet<Element>>();
  /** Gives a class to these elements, and to no others. */
  const only = (name: string, elements: readonly Found[]): void => {
    const now = new Set(elements.filter((one) => one instanceof Element));
    for (const one of marked.get(name) ?? []) if (!now.has(one)) one.classList.remove(name);
    for (const one of now) one.classList.add(name);
    marked.set(name, now);
  };
  return {
    svg,
    showActive(active) {
      only('active', ofStates(active.flatMap(withOuter)));
      only('innermost', ofStates(active));
    },
    flash(entered, taken) {
      const cards = ofStates(entered.flatMap(withOuter)).filter((one) => !one?.classList.contains('frame'));
      for (const element of new Set([...cards, ...ofArrows(taken)])) flashOne(element);
    },
    filter(paths, ids) {
      svg.classList.toggle('filtered', paths.length + ids.length > 0);
      only('serves', [...ofStates(paths), ...ofArrows(ids)]);
    },
    showLatest: (ids) => only('latest', ofArrows(ids)),
    highlight: (ids) => only('highlighted', ofArrows(ids)),
    mark: (name, paths) => only(name, ofStates(paths)),
    firstOf: (paths) => ofStates(paths).find((one) => one instanceof Element) ?? undefined,
  };
}

function byName(svg: SVGSVGElement, attribute: string): ReadonlyMap<string, Element> {
  const elements = [...svg.querySelectorAll(`g[${attribute}]`)];
  return new Map(elements.map((one) => [one.getAttribute(attribute) ?? '', one]));
}

/** Whether the person has asked for less motion. */
const prefersNoMotion = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** An element that flashes gets an overlay, which is made once. It is visible for a while, and then fades. */
function flashesIn(svg: SVGSVGElement): (element: Found) => void {
  const overlays = new Map<Element, readonly Element[]>();
  const ends = new Map<Element, number>();
  let later: ReturnType<typeof setTimeout> | undefined;
  function check(): void {
    const now = performance.now();
    for (const [overlay, end] of ends) {
      if (end > now) continue;
      overlay.classList.remove('on');
      ends.delete(overlay);
    }
    later = ends.size > 0 ? setTimeout(check, CHECK) : undefined;
  }
  return (element) => {
    if (!element) return;
    const known = overlays.get(element) ?? overlaysOf(element);
    // A drawing that is not visible has no sizes. Its overlays are made later.
    if (known.length > 0) overlays.set(element, known);
    for (const overlay of known) {
      overlay.classList.add('on');
      ends.set(overlay, performance.now() + FLASH);
    }
    svg.classList.toggle('crowded', ends.size > MOST_FADING);
    if (later === undefined) later = setTimeout(check, CHECK);
  };
}

function overlaysOf(element: Element): readonly Element[] {
  if (element.classList.contains('arrow')) return isLaidOut(element) ? [markerOf(element)] : [];
  return [...element.querySelectorAll(':scope>.shape,:scope>.line')].flatMap((shape) => {
    const overlay = shape.cloneNode();
    if (!(overlay instanceof Element)) return [];
    overlay.classList.add('flash');
    shape.after(overlay);
    return [overlay];
  });
}

/** Whether this is a text that has a size. */
const isLaidOut = (row: Element): boolean =>
  row instanceof SVGGElement && row.querySelector('text') !== null && row.getBBox().width > 0;

/** A rectangle behind a text. */
function markerOf(row: Element): Element {
  const marker = document.createElementNS(SVG, 'rect');
  const { x, y, width, height } = row instanceof SVGGElement ? row.getBBox() : new DOMRect();
  const place = { x: x - 4, y: y - 3, width: width + 8, height: height + 6, rx: 5 };
  for (const [name, value] of Object.entries(place)) marker.setAttribute(name, String(value));
  marker.classList.add('flash');
  row.prepend(marker);
  return marker;
}

/**
 * Scrolls this place, and not the page, so that an element that was not visible is in its middle.
 * @param isFar Jump there, since something else was visible before.
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
    behavior: isFar || prefersNoMotion() ? 'instant' : 'smooth',
  });
}
