// The pane that shows one phase at a time: the one in which something happens, or the one that a person has chosen.
import { type LiveDrawing, liveDrawing, scrollTo } from './drawing.ts';

/** The pane that shows one phase. */
export interface PhasePane {
  /** In the order of the chart. */
  readonly phases: readonly string[];
  readonly drawings: readonly LiveDrawing[];
  /** The drawing that is visible. */
  visible(): LiveDrawing | undefined;
  /**
   * Shows a phase, and scrolls to the first of these states that it has.
   * @param isPatient The phase before it stays visible for a while, so that a person can follow.
   */
  showPhase(phase: string, states: readonly string[], isPatient: boolean): void;
}

/** How long a phase stays visible at least, in milliseconds. */
const LEAST_TIME = 600;

/** Makes the pane. @param changed Called with the phase that is visible now. */
export function phasePaneIn(place: HTMLElement, changed: (phase: string) => void): PhasePane {
  const sheets = new Map([...place.children].map((sheet) => [sheet.getAttribute('data-phase') ?? '', sheet]));
  const drawings = new Map([...sheets].map(([phase, sheet]) => [phase, liveDrawing(sheet)]));
  let visible = '';
  let since = Number.NEGATIVE_INFINITY;
  let later: ReturnType<typeof setTimeout> | undefined;

  function change(phase: string): void {
    visible = phase;
    for (const [one, sheet] of sheets) sheet.toggleAttribute('hidden', one !== phase);
    changed(phase);
  }

  function showPhase(phase: string, states: readonly string[], isPatient: boolean): void {
    const wait = isPatient ? since + LEAST_TIME - performance.now() : 0;
    clearTimeout(later);
    if (wait > 0) {
      later = setTimeout(showPhase, wait, phase, states, isPatient);
      return;
    }
    since = performance.now();
    const isOther = phase !== visible;
    if (isOther) change(phase);
    scrollTo(place, drawings.get(phase)?.firstOf(states), isOther);
  }

  return {
    phases: [...sheets.keys()],
    drawings: [...drawings.values()],
    visible: () => drawings.get(visible),
    showPhase,
  };
}
