// The scene of one phase, with every state and arrow of it.
import { isWithin, type Model, type ModelArrow, type ModelState, phaseOf } from '../model.ts';
import { isRoadStep, marksOf, toneOfState } from '../roles.ts';
import { captionOf, hintOf, placesInWords } from './captions.ts';
import { type Box, courses, isLed, type Led, type Note, type Scene, wiresOf } from './scene.ts';

/** One phase, with every state in it and every arrow that leaves or enters it. */
export function phaseScene(model: Model, phase: ModelState): Scene {
  const drawn = drawnIn(model, phase);
  const isDrawn = new Set<ModelArrow>(drawn);
  const listed = model.arrows.filter((arrow) => !isDrawn.has(arrow));
  return {
    name: `phase-${phase.name}`,
    title: phase.name,
    description: phase.description,
    tones: courses,
    initial: undefined,
    boxes: [boxOf(model, phase, listed)],
    wires: wiresOf(drawn, (arrow) => captionOf(model, arrow)),
  };
}

/** A state that so many others lead to: the arrows are listed, not drawn. */
const MANY = 5;

/** The arrows that become lines: from box to box of this phase, but not to where everything leads. */
function drawnIn({ arrows }: Model, { path: phase }: ModelState): readonly Led[] {
  const candidates = arrows
    .filter(isLed)
    .filter(({ source, target }) => isWithin(source, phase) && isWithin(target, phase))
    .filter(({ source, target }) => !isWithin(target, source) && !isWithin(source, target));
  const sourcesOf = (path: string) =>
    new Set(candidates.filter(({ target }) => target === path).map(({ source }) => source));
  return candidates.filter(
    ({ source, target }) => sourcesOf(target).size < MANY || isRoadStep(source, target),
  );
}

function boxOf(model: Model, state: ModelState, listed: readonly ModelArrow[], isRegion = false): Box {
  const { path, name, description, entry, kind, initial, states } = state;
  return {
    path,
    title: name,
    isPhase: path === phaseOf(path),
    tone: toneOfState(model, state),
    marks: marksOf(state),
    description,
    hint: hintOf(state),
    entry,
    actors: state.actors.map(({ id, src }) => (id === src ? id : `${id} (${src})`)),
    notes: notesOf(model, path, listed),
    entrances: entrancesOf(path, listed),
    isRegion,
    initial,
    boxes: states.map((child) => boxOf(model, child, listed, kind === 'parallel')),
  };
}

/** What leaves this state without a line; and what comes to it from the chart itself, which has no box. */
function notesOf(model: Model, path: string, listed: readonly ModelArrow[]): readonly Note[] {
  const noteOf = (arrow: ModelArrow, target: string): Note => ({ ...captionOf(model, arrow), target });
  return [
    ...listed
      .filter(({ source, target }) => source === '' && target === path)
      .map((arrow) => noteOf(arrow, 'from anywhere')),
    ...listed.filter(({ source }) => source === path).map((arrow) => noteOf(arrow, placeOf(arrow))),
  ];
}

/** A target as its source would call it. */
function placeOf({ source, target }: ModelArrow): string {
  if (target === undefined) return 'stays';
  if (target === source) return 'again';
  return `→ ${phaseOf(target) === phaseOf(source) ? target.slice(target.lastIndexOf('.') + 1) : target}`;
}

function entrancesOf(path: string, listed: readonly ModelArrow[]): string {
  const sources = listed
    .filter(({ source, target }) => target === path && source !== path && source !== '')
    .map(({ source }) => (phaseOf(source) === phaseOf(path) ? source : phaseOf(source)));
  return placesInWords([...new Set(sources)]);
}
