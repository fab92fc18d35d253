// A source with all its mutants in it, each behind a switch: modules are loaded once for all of them.
import { relative } from 'node:path';
import type { Vite } from 'vitest/node';
import { type Mutant, mutantsOf } from './mutants.ts';
import type { Batch } from './orders.ts';
import { digestOf } from './syntax/place.ts';
import type { Span } from './syntax/tree.ts';

/** A mutant by the number that switches it on; 0 is none. */
export type Numbered = Pick<Mutant, 'span' | 'text'> & { readonly number: number };

/** The source, in which `__mutant(number)` decides at each place between the original and the mutants. */
export function instrumented(text: string, mutants: readonly Numbered[]): string {
  const places = new Map<string, Numbered[]>();
  for (const mutant of mutants) {
    const place = `${mutant.span.start}-${mutant.span.end}-${isStatement(mutant)}`;
    places.set(place, [...(places.get(place) ?? []), mutant]);
  }
  const inserted = [...places.values()].flatMap(insertionsOf).sort(inOrder);
  let out = '';
  let at = 0;
  for (const { place, text: piece } of inserted) {
    out += text.slice(at, place) + piece;
    at = place;
  }
  return out + text.slice(at);
}

interface Insertion {
  readonly place: number;
  readonly isEnd: boolean;
  readonly isStatement: boolean;
  readonly span: Span;
  readonly text: string;
}

function insertionsOf(mutants: readonly Numbered[]): readonly Insertion[] {
  const [first] = mutants;
  if (!first) return [];
  const { span } = first;
  const switches = mutants.map(({ number, text }) => `__mutant(${number})?(${text}):`).join('');
  const [open, close] = isStatement(first)
    ? [`{if(!__mutant(${first.number})){`, '}}']
    : [`(${switches}(`, '))'];
  return [
    { place: span.start, isEnd: false, isStatement: isStatement(first), span, text: open },
    { place: span.end, isEnd: true, isStatement: isStatement(first), span, text: close },
  ];
}

const isStatement = ({ text }: Numbered): boolean => text === '';

/** At one place: what ends there first, from the inside; then what begins there, from the outside. */
function inOrder(one: Insertion, other: Insertion): number {
  if (one.place !== other.place) return one.place - other.place;
  if (one.isEnd !== other.isEnd) return one.isEnd ? -1 : 1;
  const wider = other.span.end - other.span.start - (one.span.end - one.span.start);
  // Without its semicolon, a statement is no wider than its expression.
  const outer = wider || Number(other.isStatement) - Number(one.isStatement);
  return one.isEnd ? -outer : outer;
}

/** Puts the mutants of these files behind their switches, as Vitest loads them. */
export function instrumenting(root: string, switched: Batch['switched']): Vite.Plugin {
  return {
    name: 'mutation',
    enforce: 'pre',
    transform(code, id) {
      const file = relative(root, id);
      const source = switched[file];
      if (source === undefined) return null;
      if (digestOf(code) !== source.digest) throw new Error(`${file} has changed meanwhile.`);
      const mutants = mutantsOf(file, code).map((mutant, index) => ({
        ...mutant,
        number: source.first + index,
      }));
      return {
        code: instrumented(
          code,
          mutants.filter((one) => one.leftOut === undefined),
        ),
        map: null,
      };
    },
  };
}
