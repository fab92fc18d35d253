// The texts of arrows. When the state of an arrow has only one actor, the text does not repeat its name.
import type { Model, ModelArrow, ModelState } from '../model.ts';
import { toneOfArrow } from '../roles.ts';
import type { Caption } from './scene.ts';

/** The text of an arrow in a drawing with all details. */
export function captionOf(model: Model, arrow: ModelArrow): Caption {
  const { id, description, actions } = arrow;
  return {
    arrow: id,
    tone: toneOfArrow(model, arrow),
    text: textOf(model, arrow),
    why: description,
    actions,
  };
}

/** The event and the guard: `done [isPushDue]`, `user.login`, `[isUsable]`. */
export function textOf(model: Model, { source, event, guard }: ModelArrow): string {
  const actors = model.states.get(source)?.actors.length ?? 0;
  const short = actors === 1 ? event.replace(/^(done|error) of .*$/, '$1') : event;
  if (guard === undefined) return short;
  return event === 'at once' ? `[${guard}]` : `${short} [${guard}]`;
}

/** The tooltip of a state. */
export function hintOf({ path, description, spec }: ModelState): string {
  return [`${path}: ${description}`, spec.join(' ')].filter((one) => one !== '').join('\n');
}

/** `from a, b`; when there are many, their number. */
export function placesInWords(places: readonly string[]): string {
  if (places.length === 0) return '';
  return `from ${places.length > 4 ? `${places.length} others` : places.join(', ')}`;
}
