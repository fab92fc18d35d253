// The scene of one phase, with all its states and arrows.
import { isWithin, type Model, type ModelArrow, type ModelState, phaseOf } from '../model.ts';
import { isForwardStep, marksOf, toneOfState } from '../roles.ts';
import { captionOf, hintOf, placesInWords } from './captions.ts';
import { type Box, isLeading, type Leading, type Note, type Scene, toneNames, wiresOf } from './scene.ts';

/** Makes the scene of a phase. */
export function phaseScene(model: Model, phase: ModelState): Scene {
  const drawn = drawnIn(model, phase);
  const isDrawn = new Set<ModelArrow>(drawn);
  const listed = model.arrows.filter((arrow) => !isDrawn.has(arrow));
  return {
    name: `phase-${phase.name}`,
    title: phase.name,
    description: phase.description,
    tones: toneNames,
    initial: undefined,
    boxes: [boxOf(model, phase, listed)],
    wires: wiresOf(drawn, (arrow) => captionOf(model, arrow)),
  };
}

/** When so many states lead to one state, the arrows are listed, and not drawn. */
const MANY = 5;

/** The arrows that are drawn: from box to box of this phase, except to a state that many others lead to. */
function drawnIn({ arrows }: Model, { path: phase }: ModelState): readonly Leading[] {
  const candidates = arrows
    .filter(isLeading)
    .filter(({ source, target }) => isWithin(source, phase) && isWithin(target, phase))
    .filter(({ source, target }) => !isWithin(target, source) && !isWithin(source, target));
  const sourcesOf = (path: string) =>
    new Set(candidates.filter(({ target }) => target === path).map(({ source }) => source));
  return candidates.filter(
    ({ source, target }) => sourcesOf(target).size < MANY || isForwardStep(source, target),
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

/** The listed arrows of this state, and the arrows of the chart itself to it, since the chart has no box. */
function notesOf(model: Model, path: string, listed: readonly ModelArrow[]): readonly Note[] {
  const noteOf = (arrow: ModelArrow, target: string): Note => ({ ...captionOf(model, arrow), target });
  return [
    ...listed
      .filter(({ source, target }) => source === '' && target === path)
      .map((arrow) => noteOf(arrow, 'from anywhere')),
    ...listed.filter(({ source }) => source === path).map((arrow) => noteOf(arrow, placeOf(arrow))),
  ];
}

/** The target in words, as seen from the source. */
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
