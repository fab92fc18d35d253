// The pane that shows the whole chart in one drawing. The drawing is made when a person first wants to see it.
import { part } from './dom.ts';
import { type LiveDrawing, liveDrawing } from './drawing.ts';

/** The pane that shows the whole chart. */
export interface WholePane {
  /** The drawing; nothing while it is not visible. */
  drawing(): LiveDrawing | undefined;
}

/** The value of the select box for the view without the whole chart. */
const NO_WHOLE = 'phase';

/** Makes the pane. @param changed Called when it becomes visible, or stops to be. */
export function wholePaneIn(place: HTMLElement, changed: () => void): WholePane {
  const view = part('view', HTMLSelectElement);
  let drawing: LiveDrawing | undefined;
  view.addEventListener('change', () => {
    document.body.setAttribute('data-view', view.value);
    if (!drawing) {
      place.append(part('whole-chart', HTMLTemplateElement).content);
      drawing = liveDrawing(place);
    }
    changed();
  });
  return { drawing: () => (view.value === NO_WHOLE ? undefined : drawing) };
}
