// What a drawing shows, without positions: boxes for states, wires between them, and notes in them.
import type { ModelArrow } from '../model.ts';
import type { Mark, Tone } from '../roles.ts';

/** The text about one arrow. */
export interface Caption {
  /** Id of the arrow. */
  readonly arrow: string;
  readonly tone: Tone;
  /** `done [isPushDue]`; '' when the arrow needs no text. */
  readonly text: string;
  /** The description of the arrow. */
  readonly why: string;
  readonly actions: readonly string[];
}

/** An arrow that is listed in the box of its source, and not drawn. */
export interface Note extends Caption {
  /** The target, in words. */
  readonly target: string;
}

/** A state. */
export interface Box {
  readonly path: string;
  readonly title: string;
  readonly isPhase: boolean;
  readonly tone: Tone;
  readonly marks: readonly Mark[];
  readonly description: string;
  /** The tooltip. */
  readonly hint: string;
  /** Actions on entry. */
  readonly entry: readonly string[];
  readonly actors: readonly string[];
  readonly notes: readonly Note[];
  /** The sources of the arrows to it that are not drawn, in words. */
  readonly entrances: string;
  /** Whether it is one of several regions that are active at the same time. */
  readonly isRegion: boolean;
  /** The path of the inner box that is entered first. */
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

/** What a drawing shows. */
export interface Scene {
  /** The name of the file, which is also part of ids. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What the tones of its wires mean. */
  readonly tones: Readonly<Partial<Record<Tone, string>>>;
  /** The path of the box that is entered first. */
  readonly initial: string | undefined;
  readonly boxes: readonly Box[];
  readonly wires: readonly Wire[];
}

/** What tones mean in a drawing with all details. */
export const toneNames = { main: 'success', refusal: 'refusal or failure', plain: 'other' } as const;

/** An arrow that has a target. */
export type Leading = ModelArrow & { readonly target: string };

/** Whether an arrow has a target. */
export const isLeading = (arrow: ModelArrow): arrow is Leading => arrow.target !== undefined;

/** Makes the wires. Arrows with the same source and target become one wire. */
export function wiresOf(arrows: readonly Leading[], captionOf: (arrow: Leading) => Caption): readonly Wire[] {
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
