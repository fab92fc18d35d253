// What colours and marks mean: the road to a token, what refuses, and where a person is needed.
import { isWithin, type Model, type ModelArrow, type ModelState, phaseOf } from './model.ts';

/** The four colours: other ways, the road to a token, what refuses, where a person is needed. */
export type Tone = 'plain' | 'road' | 'refusal' | 'person';

/** The phases that a first login goes through, in order. */
export const road: readonly string[] = [
  'discovering',
  'bindChecking',
  'reusing',
  'registering',
  'authorizing',
  'authorized',
];

/** Where flows end that did not end well. */
export const refusals: readonly string[] = ['rejected', 'failed'];

/** Tags that a drawing shows, each by its mark. */
const marks = { needsUser: 'person', canSend: 'send' } as const;

/** A sign for a tag of a state. */
export type Mark = (typeof marks)[keyof typeof marks];

/** True for the names of signs that stand for tags. */
export const isMark = (name: string): boolean => Object.values<string>(marks).includes(name);

/** The signs that a state gets for its tags. */
export const marksOf = ({ tags }: ModelState): readonly Mark[] =>
  Object.entries(marks).flatMap(([tag, mark]) => (tags.includes(tag) ? [mark] : []));

/** The colour of a state. */
export function toneOfState(model: Model, state: ModelState): Tone {
  if (isRefusal(model, state.path)) return 'refusal';
  if (state.tags.includes('needsUser')) return 'person';
  return road.includes(state.path) ? 'road' : 'plain';
}

/** The colour of an arrow. */
export function toneOfArrow(model: Model, { source, target, event }: ModelArrow): Tone {
  const isAmongRefusals = isOfTheEnd(source) && phaseOf(source) === phaseOf(target ?? source);
  if (target !== undefined && isRefusal(model, target) && !isAmongRefusals) return 'refusal';
  if (event.startsWith('error of ')) return 'refusal';
  return event.startsWith('done of ') ? 'road' : 'plain';
}

/** A phase of the end, or a state with nothing in it from which every arrow leads to one. */
export function isRefusal(model: Model, path: string): boolean {
  if (isOfTheEnd(path)) return true;
  if (model.states.get(path)?.states.length !== 0) return false;
  const targets = model.arrows.filter(({ source }) => source === path).flatMap(({ target }) => target ?? []);
  return targets.length > 0 && targets.every(isOfTheEnd);
}

/** Of the way from one phase to another. */
export function toneOfStep({ source, target }: { readonly source: string; readonly target: string }): Tone {
  if (isOfTheEnd(target)) return 'refusal';
  return isRoadStep(source, target) ? 'road' : 'plain';
}

/** Forward on the road, by one phase or more. */
export function isRoadStep(source: string, target: string): boolean {
  const from = road.indexOf(phaseOf(source));
  return from >= 0 && road.indexOf(phaseOf(target)) > from;
}

const isOfTheEnd = (path: string): boolean => refusals.some((phase) => isWithin(path, phase));
