// The chart: an overview of the phases with one phase beside it, state by state; or the whole chart.
import type { LiveChart, Serving } from './chart.ts';
import { isCropped } from './cropped.ts';
import { make, part } from './dom.ts';
import { type LiveDrawing, liveDrawing, scrollTo } from './drawing.ts';
import { phasePaneIn } from './phasePane.ts';
import { wholePaneIn } from './wholePane.ts';

/** The active states, and what happened since the last time. */
interface ChartChange {
  readonly active: readonly string[];
  /** The arrows of the last transition. */
  readonly latest: readonly string[];
  readonly entered: readonly string[];
  readonly taken: readonly string[];
}

/** The panel with the chart. */
export interface ChartView {
  show(change: ChartChange): void;
  /** Dims all that does not serve a requirement. With nothing, nothing is dimmed. */
  filter(serving: Serving): void;
  /** Highlights these arrows, and shows the phase of the first. With none, it shows the same as before. */
  highlight(arrows: readonly string[]): void;
  /** Scrolls to what is active, or chosen: for when the panel becomes visible. */
  look(): void;
}

/** The value of the select box that shows the phase in which something happens. */
const FOLLOW = '';

const phaseOf = (path: string): string => path.split('.')[0] ?? '';

/** Makes the panel with the chart. */
export function chartView({ arrows }: LiveChart): ChartView {
  let active: readonly string[] = [];
  let latest: readonly string[] = [];
  let highlighted: readonly string[] = [];
  let serving: Serving = { states: [], arrows: [] };
  const choice = part('phase', HTMLSelectElement);
  const map = mapIn(part('map', HTMLElement), (phase) => choose(phase === choice.value ? FOLLOW : phase));
  const pane = phasePaneIn(part('phase-pane', HTMLElement), (phase) => {
    map.markShown(phase);
    showState(pane.visible());
  });
  const wholePane = wholePaneIn(part('whole', HTMLElement), updateAll);

  choice.append(
    make('option', { value: FOLLOW }, 'the active one'),
    ...pane.phases.map((phase) => make('option', { value: phase }, phase)),
  );
  choice.addEventListener('change', () => look());

  function choose(phase: string): void {
    choice.value = phase;
    look();
  }

  /** Shows what a person points at, else what they have chosen, else what is active. */
  function look(isShownNow = false): void {
    const places = highlighted.flatMap((id) => [arrows[id]?.source ?? '', arrows[id]?.target ?? '']);
    const wanted = [...places.filter((path) => path !== ''), ...serving.states, ...active];
    const phase =
      highlighted.length > 0 ? phaseOf(wanted[0] ?? '') : choice.value || phaseOf(active[0] ?? 'recovering');
    const isFollowing = highlighted.length === 0 && choice.value === FOLLOW;
    map.look(active.map(phaseOf), isShownNow);
    const whole = wholePane.drawing();
    if (whole) scrollTo(part('whole', HTMLElement), whole.firstOf(isFollowing ? active : wanted));
    else pane.showPhase(phase, isFollowing ? active : wanted, isFollowing);
  }

  /** Marks the same in all drawings. */
  function updateAll(): void {
    for (const drawing of drawings()) {
      showState(drawing);
      drawing.filter(serving.states, serving.arrows);
      drawing.highlight(highlighted);
    }
    const phases = [...serving.states, ...serving.arrows.map((id) => arrows[id]?.source ?? '')].map(phaseOf);
    map.drawing.filter(phases, serving.arrows);
    look();
  }

  function showState(drawing: LiveDrawing | undefined): void {
    drawing?.showActive(active);
    drawing?.showLatest(latest);
  }

  function drawings(): readonly LiveDrawing[] {
    const whole = wholePane.drawing();
    return [map.drawing, ...pane.drawings, ...(whole ? [whole] : [])];
  }

  return {
    show({ active: now, latest: last, entered, taken }) {
      const visible = wholePane.drawing() ?? pane.visible();
      if (now.join() !== active.join() || last.join() !== latest.join()) {
        [active, latest] = [now, last];
        part('chart-empty', HTMLElement).hidden = active.length > 0;
        showState(map.drawing);
        showState(visible);
        look();
      }
      map.drawing.flash(entered, taken);
      visible?.flash(entered, taken);
    },
    filter(of) {
      serving = of;
      choice.value = phaseOf(of.states[0] ?? FOLLOW);
      updateAll();
    },
    highlight(ids) {
      highlighted = ids;
      for (const drawing of drawings()) drawing.highlight(ids);
      look();
    },
    look: () => look(true),
  };
}

/** The overview of the phases. */
interface LiveMap {
  readonly drawing: LiveDrawing;
  /** Marks the phase that the pane shows. */
  readonly markShown: (phase: string) => void;
  /** Scrolls to the first of these phases, where the window is too small for all. @param isShownNow It was not visible before. */
  readonly look: (phases: readonly string[], isShownNow: boolean) => void;
}

/** @param choose Called with the phase that a person clicks. */
function mapIn(place: HTMLElement, choose: (phase: string) => void): LiveMap {
  const drawing = liveDrawing(place);
  drawing.svg.setAttribute('role', 'group');
  drawing.svg.addEventListener('click', ({ target }) => {
    const state = target instanceof Element ? target.closest('[data-state]') : null;
    if (state) choose(state.getAttribute('data-state') ?? '');
  });
  return {
    drawing,
    markShown: (phase) => drawing.mark('shown', [phase]),
    look(phases, isShownNow) {
      // Sizes are read only where something is cropped: reading them costs a layout.
      if (isShownNow || isCropped(place)) scrollTo(place, drawing.firstOf(phases));
    },
  };
}
