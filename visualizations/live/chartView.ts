// The chart: a map of the phases, and under the lens one of them, state by state; or the whole, to be looked around in.
import type { LiveChart, Serving } from './chart.ts';
import { make, onChange, part } from './dom.ts';
import { type LiveDrawing, liveDrawing, scrollTo } from './drawing.ts';
import { lensIn } from './lens.ts';
import { posterIn } from './poster.ts';

/** Where the chart is, and what happened since the last time. */
interface Happening {
  readonly active: readonly string[];
  /** The way on which it came there. */
  readonly latest: readonly string[];
  readonly entered: readonly string[];
  readonly taken: readonly string[];
}

/** The part of the page in which the chart is. */
export interface ChartView {
  show(happening: Happening): void;
  /** What serves a requirement stands out; nothing: all is as it was. */
  single(serving: Serving): void;
  /** Shows these arrows, and the phase of the first; none: as before. */
  point(arrows: readonly string[]): void;
}

/** The choice of no phase: the one in which something happens. */
const FOLLOW = '';

const phaseOf = (path: string): string => path.split('.')[0] ?? '';

/** Takes over the part of the page in which the chart is: map, lens, and the whole drawing. */
export function chartView({ states, arrows }: LiveChart): ChartView {
  let active: readonly string[] = [];
  let latest: readonly string[] = [];
  let pointed: readonly string[] = [];
  let serving: Serving = { states: [], arrows: [] };
  const choice = part('phase', HTMLSelectElement);
  const map = mapIn(part('map', HTMLElement), (phase) => choose(phase === choice.value ? FOLLOW : phase));
  const lens = lensIn(part('lens', HTMLElement), (phase) => {
    map.view(phase);
    light(lens.seen());
  });
  const poster = posterIn(part('poster', HTMLElement), adorn);
  const say = sayerOf({ states });

  choice.append(
    make('option', { value: FOLLOW }, 'where it happens'),
    ...lens.phases.map((phase) => make('option', { value: phase }, phase)),
  );
  choice.addEventListener('change', look);

  function choose(phase: string): void {
    choice.value = phase;
    look();
  }

  /** What is to be seen: what a person points at, what they have chosen, or else what is active. */
  function look(): void {
    const places = pointed.flatMap((id) => [arrows[id]?.source ?? '', arrows[id]?.target ?? '']);
    const meant = [...places.filter((path) => path !== ''), ...serving.states, ...active];
    const phase =
      pointed.length > 0 ? phaseOf(meant[0] ?? '') : choice.value || phaseOf(active[0] ?? 'recovering');
    const isFollowing = pointed.length === 0 && choice.value === FOLLOW;
    const whole = poster.drawing();
    if (whole) scrollTo(part('poster', HTMLElement), whole.firstOf(isFollowing ? active : meant));
    else lens.turnTo(phase, isFollowing ? active : meant, isFollowing);
  }

  /** All drawings show the same. */
  function adorn(): void {
    for (const drawing of drawings()) {
      light(drawing);
      drawing.single(serving.states, serving.arrows);
      drawing.point(pointed);
    }
    const phases = [...serving.states, ...serving.arrows.map((id) => arrows[id]?.source ?? '')].map(phaseOf);
    map.drawing.single(phases, serving.arrows);
    look();
  }

  function light(drawing: LiveDrawing | undefined): void {
    drawing?.light(active);
    drawing?.latest(latest);
  }

  function drawings(): readonly LiveDrawing[] {
    const whole = poster.drawing();
    return [map.drawing, ...lens.drawings, ...(whole ? [whole] : [])];
  }

  return {
    show({ active: now, latest: way, entered, taken }) {
      const seen = poster.drawing() ?? lens.seen();
      if (now.join() !== active.join() || way.join() !== latest.join()) {
        [active, latest] = [now, way];
        light(map.drawing);
        light(seen);
        look();
        say(active);
      }
      map.drawing.flash(entered, taken);
      seen?.flash(entered, taken);
    },
    single(of) {
      serving = of;
      choice.value = phaseOf(of.states[0] ?? FOLLOW);
      adorn();
    },
    point(ids) {
      pointed = ids;
      for (const drawing of drawings()) drawing.point(ids);
      look();
    },
  };
}

interface LiveMap {
  readonly drawing: LiveDrawing;
  /** This phase is under the lens. */
  readonly view: (phase: string) => void;
}

/** @param choose a person wants to see this phase. */
function mapIn(place: HTMLElement, choose: (phase: string) => void): LiveMap {
  const drawing = liveDrawing(place);
  drawing.svg.setAttribute('role', 'group');
  drawing.svg.addEventListener('click', ({ target }) => {
    const state = target instanceof Element ? target.closest('[data-state]') : null;
    if (state) choose(state.getAttribute('data-state') ?? '');
  });
  return { drawing, view: (phase) => drawing.mark('viewed', [phase]) };
}

/** Says for those who see no drawing, and under it, which states are active. */
const sayerOf = ({ states }: Pick<LiveChart, 'states'>) =>
  onChange((active: readonly string[]) => {
    const lines = active.map((path) => {
      const description = states[path]?.description ?? '';
      return make('span', {}, description === '' ? path : `${path}: ${description}`);
    });
    part('active', HTMLElement).replaceChildren(...lines);
  });
