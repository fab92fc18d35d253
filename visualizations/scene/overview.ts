// The scene of the overview: the phases, and the most important arrows between them.
import { type Model, type ModelArrow, type ModelState, phaseOf, withInner } from '../model.ts';
import { isRefusal, marksOf, toneOfState, toneOfStep } from '../roles.ts';
import { hintOf, placesInWords } from './captions.ts';
import { type Box, type Caption, isLeading, type Leading, type Scene, type Wire, wiresOf } from './scene.ts';

/** Phases that nearly all others lead to. Their box says so, and these arrows are not drawn. */
export const listedPhases: readonly string[] = ['failed', 'recovering'];

/** Other arrows that are not drawn, since they are rare: from, to. */
export const omitted: readonly (readonly [source: string, target: string])[] = [
  // The server does not know the client any more.
  ['authorizing', 'registering'],
  ['authorized', 'reusing'],
  // No client id can be had there, or the login of another engine would not do.
  ['reusing', 'discovering'],
  ['authorizing', 'discovering'],
  // A step-up that was cancelled, or that failed.
  ['steppingUp', 'discovering'],
  ['failed', 'authorized'],
];

/** The most captions at one wire. */
const MOST = 2;

/** Makes the scene of the overview. */
export function overviewScene(model: Model): Scene {
  const arrows = model.arrows.filter(isLeading).map(betweenPhases);
  const between = arrows.filter(({ source, target }) => source !== '' && source !== target);
  const drawn = between.filter((arrow) => !isOmitted(model, arrow));
  const wires = wiresOf(drawn, captionOf).map((wire) => ({
    ...wire,
    tone: toneOfStep(wire),
    captions: chosen(wire.captions),
  }));
  return {
    name: 'overview',
    title: `${model.root.description.replace(/\.$/, '')}: the phases`,
    description: inWords(wires),
    tones: { main: 'to a token', refusal: 'to a refusal or failure', plain: 'other' },
    initial: model.root.initial,
    boxes: model.root.states.map((phase) => boxOf(model, phase, arrows)),
    wires,
  };
}

/** An arrow between phases, and its target inside the phase. */
interface PhaseArrow extends Leading {
  readonly inner: string;
}

/** The arrow with phases as source and target. */
const betweenPhases = (arrow: Leading): PhaseArrow => ({
  ...arrow,
  source: phaseOf(arrow.source),
  target: phaseOf(arrow.target),
  inner: arrow.target,
});

function isOmitted(model: Model, { source, target, inner }: PhaseArrow): boolean {
  if (listedPhases.includes(target)) return true;
  // It leads to a refusal through a state of another phase.
  if (isRefusal(model, inner) && !isRefusal(model, target)) return true;
  return omitted.some(([from, to]) => from === source && to === target);
}

function captionOf(arrow: Leading): Caption {
  return { arrow: arrow.id, tone: 'plain', text: textOf(arrow), why: '', actions: [] };
}

/** The description, else the guard, else the event; '' for an arrow that needs no text. */
function textOf({ description, guard, event }: ModelArrow): string {
  if (description !== '') return description;
  if (guard !== undefined && guard !== 'otherwise') return inSmallWords(guard);
  return /^(at once$|done of |error of )/.test(event) ? '' : event;
}

/** `knowsRegistration` is `knows registration`, and `isUsable` is `usable`. */
const inSmallWords = (name: string): string =>
  name
    .replace(/^is(?=[A-Z])/, '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();

/** The first few texts, each once. When one arrow needs no text, arrows without a description have none either. */
function chosen(captions: readonly Caption[]): readonly Caption[] {
  const isPlain = captions.some(({ text }) => text === '');
  const texts = captions
    .map(({ text }) => text)
    .filter((text) => text !== '' && !(isPlain && /^[a-z]/.test(text)));
  const kept = [...new Set(texts)].slice(0, MOST);
  return captions.map((caption, at) => {
    const isFirst = captions.findIndex(({ text }) => text === caption.text) === at;
    return { ...caption, text: isFirst && kept.includes(caption.text) ? caption.text : '' };
  });
}

function boxOf(model: Model, phase: ModelState, arrows: readonly PhaseArrow[]): Box {
  return {
    path: phase.path,
    title: phase.name,
    isPhase: true,
    tone: toneOfState(model, phase),
    marks: [...new Set(withInner(phase).flatMap(marksOf))],
    description: phase.description,
    hint: hintOf(phase),
    entry: [],
    actors: [],
    notes: [],
    entrances: entrancesOf(phase, arrows),
    isRegion: false,
    initial: undefined,
    boxes: [],
  };
}

/** The events that lead to it from anywhere, and the phases whose arrows to it are not drawn. */
function entrancesOf({ path }: ModelState, arrows: readonly PhaseArrow[]): string {
  const all = arrows.filter(({ source, target }) => target === path && source !== path);
  const anywhere = all.filter(({ source }) => source === '').map(({ event }) => `${event} anywhere`);
  const others = listedPhases.includes(path)
    ? all.map(({ source }) => source).filter((source) => source !== '')
    : [];
  return [...anywhere, placesInWords([...new Set(others)])].filter((one) => one !== '').join('; ');
}

function inWords(wires: readonly Wire[]): string {
  return wires
    .map(({ source, target, captions }) => {
      const why = captions.map(({ text }) => text).filter((text) => text !== '');
      return `${source} leads to ${target}${why.length === 0 ? '' : ` (${why.join('; ')})`}.`;
    })
    .join(' ');
}
