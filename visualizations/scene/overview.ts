// The scene of the overview: the phases, and what leads from one to another in the main.
import { type Model, type ModelArrow, type ModelState, phaseOf, withInner } from '../model.ts';
import { isRefusal, marksOf, toneOfState, toneOfStep } from '../roles.ts';
import { hintOf, placesInWords } from './captions.ts';
import { type Box, type Caption, isLed, type Led, type Scene, type Wire, wiresOf } from './scene.ts';

/** Phases that are entered from nearly everywhere: said in their box, not drawn. */
export const hubs: readonly string[] = ['failed', 'recovering'];

/** What is not drawn either, since it happens seldom: from, to. */
export const asides: readonly (readonly [source: string, target: string])[] = [
  // The server does not know its client any more.
  ['authorizing', 'registering'],
  ['authorized', 'reusing'],
  // A step-up that was broken off, or one that failed.
  ['steppingUp', 'discovering'],
  ['failed', 'authorized'],
];

/** So many captions at one wire. */
const MOST = 2;

/** The phases, and the main ways between them. */
export function overviewScene(model: Model): Scene {
  const arrows = model.arrows.filter(isLed).map(lifted);
  const between = arrows.filter(({ source, target }) => source !== '' && source !== target);
  const drawn = between.filter((arrow) => !isAside(model, arrow));
  const wires = wiresOf(drawn, captionOf).map((wire) => ({
    ...wire,
    tone: toneOfStep(wire),
    captions: told(wire.captions),
  }));
  return {
    name: 'overview',
    title: `${model.root.description.replace(/\.$/, '')}: the phases`,
    description: inWords(wires),
    tones: { road: 'the way to a token', refusal: 'refused, nothing sent', plain: 'other ways' },
    initial: model.root.initial,
    boxes: model.root.states.map((phase) => boxOf(model, phase, arrows)),
    wires,
  };
}

/** An arrow, and where it leads within its phase. */
interface Lifted extends Led {
  readonly inner: string;
}

/** From phase to phase. */
const lifted = (arrow: Led): Lifted => ({
  ...arrow,
  source: phaseOf(arrow.source),
  target: phaseOf(arrow.target),
  inner: arrow.target,
});

function isAside(model: Model, { source, target, inner }: Lifted): boolean {
  if (hubs.includes(target)) return true;
  // On its way to a refusal, through a state of another phase.
  if (isRefusal(model, inner) && !isRefusal(model, target)) return true;
  return asides.some(([from, to]) => from === source && to === target);
}

function captionOf(arrow: Led): Caption {
  return { arrow: arrow.id, tone: 'plain', text: textOf(arrow), why: '', actions: [] };
}

/** Its description, else the question that it answers, else its event; nothing for what goes without saying. */
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

/** The first few, each once. Where one goes without saying, what is not described does, too. */
function told(captions: readonly Caption[]): readonly Caption[] {
  const isPlain = captions.some(({ text }) => text === '');
  const texts = captions
    .map(({ text }) => text)
    .filter((text) => text !== '' && !(isPlain && /^[a-z]/.test(text)));
  const chosen = [...new Set(texts)].slice(0, MOST);
  return captions.map((caption, at) => {
    const isFirst = captions.findIndex(({ text }) => text === caption.text) === at;
    return { ...caption, text: isFirst && chosen.includes(caption.text) ? caption.text : '' };
  });
}

function boxOf(model: Model, phase: ModelState, arrows: readonly Lifted[]): Box {
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

/** What leads to it from anywhere; and other phases, where their arrows are not drawn. */
function entrancesOf({ path }: ModelState, arrows: readonly Lifted[]): string {
  const all = arrows.filter(({ source, target }) => target === path && source !== path);
  const anywhere = all.filter(({ source }) => source === '').map(({ event }) => `${event} anywhere`);
  const others = hubs.includes(path) ? all.map(({ source }) => source).filter((source) => source !== '') : [];
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
