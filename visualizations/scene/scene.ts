// What a drawing shows, before it has any shape: boxes for states, wires between them, and notes in them.
import type { ModelArrow } from '../model.ts';
import type { Mark, Tone } from '../roles.ts';

/** What is written about one arrow. */
export interface Caption {
  /** Id of the arrow. */
  readonly arrow: string;
  readonly tone: Tone;
  /** `done [isPushDue]`; nothing where the arrow is there, and goes without saying. */
  readonly text: string;
  /** Why: its description. */
  readonly why: string;
  readonly actions: readonly string[];
}

/** An arrow that is listed in the box that it leaves, since a line would say less. */
export interface Note extends Caption {
  /** Where it leads, in words. */
  readonly target: string;
}

/** A state, as it is shown: with what is written in it. */
export interface Box {
  readonly path: string;
  readonly title: string;
  readonly isPhase: boolean;
  readonly tone: Tone;
  readonly marks: readonly Mark[];
  readonly description: string;
  /** All that is known of it, for who points at it. */
  readonly hint: string;
  /** Actions on entry. */
  readonly entry: readonly string[];
  readonly actors: readonly string[];
  readonly notes: readonly Note[];
  /** In words, where it is entered from by arrows that are not drawn to it. */
  readonly entrances: string;
  /** One of several parts of its state that are all active. */
  readonly isRegion: boolean;
  /** Path of the box within that is entered first. */
  readonly initial: string | undefined;
  readonly boxes: readonly Box[];
}

/** All arrows from one box to another. */
export interface Wire {
  readonly source: string;
  readonly target: string;
  readonly tone: Tone;
  readonly captions: readonly Caption[];
}

/** What a drawing shows: boxes, and the wires between them. */
export interface Scene {
  /** Of its file, and of its ids. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What the tones of its wires say. */
  readonly tones: Readonly<Partial<Record<Tone, string>>>;
  /** Path of the box that is entered first. */
  readonly initial: string | undefined;
  readonly boxes: readonly Box[];
  readonly wires: readonly Wire[];
}

/** What the colours of arrows say. */
export const courses = { road: 'goes well', refusal: 'goes wrong', plain: 'other ways' } as const;

/** An arrow that leads somewhere. */
export type Led = ModelArrow & { readonly target: string };

/** True for an arrow that leads to another place, and not only stays. */
export const isLed = (arrow: ModelArrow): arrow is Led => arrow.target !== undefined;

/** Two arrows of the same source and target become one wire. */
export function wiresOf(arrows: readonly Led[], captionOf: (arrow: Led) => Caption): readonly Wire[] {
  const wires = new Map<string, Wire>();
  for (const arrow of arrows) {
    const { source, target } = arrow;
    const caption = captionOf(arrow);
    const before = wires.get(`${source} ${target}`);
    const tone = before === undefined || before.tone === caption.tone ? caption.tone : 'plain';
    const captions = [...(before?.captions ?? []), caption];
    wires.set(`${source} ${target}`, { source, target, tone, captions });
  }
  return [...wires.values()];
}
