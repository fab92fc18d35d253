// The whole chart in one drawing: made when somebody wants to see it for the first time.
import { part } from './dom.ts';
import { type LiveDrawing, liveDrawing } from './drawing.ts';

/** The drawing of the whole chart, when it can be seen. */
export interface Poster {
  /** Nothing while it is not to be seen. */
  drawing(): LiveDrawing | undefined;
}

/** The choice of no poster. */
const MAP = 'phase';

/** @param changed it can be seen now, or cannot be any more. */
export function posterIn(place: HTMLElement, changed: () => void): Poster {
  const view = part('view', HTMLSelectElement);
  let drawing: LiveDrawing | undefined;
  // Who has no pointer scrolls by keys.
  place.tabIndex = 0;
  view.addEventListener('change', () => {
    document.body.setAttribute('data-view', view.value);
    if (!drawing) {
      place.append(part('whole-chart', HTMLTemplateElement).content);
      drawing = liveDrawing(place);
    }
    changed();
  });
  return { drawing: () => (view.value === MAP ? undefined : drawing) };
}
