// What colours and marks mean: the main path to a token, refusals, and states that need a person.
import { isWithin, type Model, type ModelArrow, type ModelState, phaseOf } from './model.ts';

/** A kind of state or arrow, which has a colour. */
export type Tone = 'plain' | 'main' | 'refusal' | 'person';

/** The phases that a first login goes through, in order. */
export const mainPath: readonly string[] = [
  'discovering',
  'bindChecking',
  'reusing',
  'registering',
  'authorizing',
  'authorized',
];

/** The phases of a login that was refused or failed. */
export const refusals: readonly string[] = ['rejected', 'failed'];

/** The tags that a drawing shows, each with its mark. */
const marks = { needsUser: 'person', canSend: 'send' } as const;

/** A mark that shows a tag. */
export type Mark = (typeof marks)[keyof typeof marks];

/** Whether this is the name of a mark. */
export const isMark = (name: string): boolean => Object.values<string>(marks).includes(name);

/** The marks of a state. */
export const marksOf = ({ tags }: ModelState): readonly Mark[] =>
  Object.entries(marks).flatMap(([tag, mark]) => (tags.includes(tag) ? [mark] : []));

/** The tone of a state. */
export function toneOfState(model: Model, state: ModelState): Tone {
  if (isRefusal(model, state.path)) return 'refusal';
  if (state.tags.includes('needsUser')) return 'person';
  return mainPath.includes(state.path) ? 'main' : 'plain';
}

/** The tone of an arrow. */
export function toneOfArrow(model: Model, { source, target, event }: ModelArrow): Tone {
  const isAmongRefusals = isInRefusals(source) && phaseOf(source) === phaseOf(target ?? source);
  if (target !== undefined && isRefusal(model, target) && !isAmongRefusals) return 'refusal';
  if (event.startsWith('error of ')) return 'refusal';
  return event.startsWith('done of ') ? 'main' : 'plain';
}

/** Whether a state belongs to the refusals, or is a simple state whose arrows all lead to one of them. */
export function isRefusal(model: Model, path: string): boolean {
  if (isInRefusals(path)) return true;
  if (model.states.get(path)?.states.length !== 0) return false;
  const targets = model.arrows.filter(({ source }) => source === path).flatMap(({ target }) => target ?? []);
  return targets.length > 0 && targets.every(isInRefusals);
}

/** The tone of a line from one phase to another. */
export function toneOfStep({ source, target }: { readonly source: string; readonly target: string }): Tone {
  if (isInRefusals(target)) return 'refusal';
  return isForwardStep(source, target) ? 'main' : 'plain';
}

/** Whether this goes forward on the main path, by one phase or more. */
export function isForwardStep(source: string, target: string): boolean {
  const from = mainPath.indexOf(phaseOf(source));
  return from >= 0 && mainPath.indexOf(phaseOf(target)) > from;
}

const isInRefusals = (path: string): boolean => refusals.some((phase) => isWithin(path, phase));
