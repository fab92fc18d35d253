// The phases, one at a time: under the lens is the one in which something happens, or that somebody wants to see.
import { type LiveDrawing, liveDrawing, scrollTo } from './drawing.ts';

/** The part of the page that shows one phase in detail. */
export interface Lens {
  /** In the order of the chart. */
  readonly phases: readonly string[];
  readonly drawings: readonly LiveDrawing[];
  /** The one that can be seen. */
  seen(): LiveDrawing | undefined;
  /**
   * Brings a phase under the lens, and the first of its states that are meant into view.
   * @param isPatient what can be seen is left for a while: nobody could follow otherwise.
   */
  turnTo(phase: string, states: readonly string[], isPatient: boolean): void;
}

/** How long what can be seen stays at least, in milliseconds. */
const DWELL = 600;

/** @param turned told which phase is there now. */
export function lensIn(place: HTMLElement, turned: (phase: string) => void): Lens {
  const sheets = new Map([...place.children].map((sheet) => [sheet.getAttribute('data-phase') ?? '', sheet]));
  const drawings = new Map([...sheets].map(([phase, sheet]) => [phase, liveDrawing(sheet)]));
  let seen = '';
  let since = Number.NEGATIVE_INFINITY;
  let later: ReturnType<typeof setTimeout> | undefined;
  // Who has no pointer scrolls by keys.
  place.tabIndex = 0;

  function turn(phase: string): void {
    seen = phase;
    for (const [one, sheet] of sheets) sheet.toggleAttribute('hidden', one !== phase);
    turned(phase);
  }

  function turnTo(phase: string, states: readonly string[], isPatient: boolean): void {
    const wait = isPatient ? since + DWELL - performance.now() : 0;
    clearTimeout(later);
    if (wait > 0) {
      later = setTimeout(turnTo, wait, phase, states, isPatient);
      return;
    }
    since = performance.now();
    const isOther = phase !== seen;
    if (isOther) turn(phase);
    scrollTo(place, drawings.get(phase)?.firstOf(states), isOther);
  }

  return {
    phases: [...sheets.keys()],
    drawings: [...drawings.values()],
    seen: () => drawings.get(seen),
    turnTo,
  };
}
