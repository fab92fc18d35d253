// A sequence as Mermaid text, for places that draw Mermaid.
import type { Message, Sequence, Visit } from './sequence.ts';

/** Writes a sequence. @see https://mermaid.js.org/syntax/sequenceDiagram.html */
export function sequenceMermaid({ title, participants, visits }: Sequence): string {
  const names = new Map(participants.map(({ id }, at) => [id, `p${at}`]));
  const nameOf = (id: string): string => names.get(id) ?? 'p0';
  const last = names.size > 1 ? `p0,p${names.size - 1}` : 'p0';
  const lines = [
    'sequenceDiagram',
    `  accTitle: ${plain(title)}`,
    ...participants.map(({ id, label }) => {
      const kind = id === 'person' ? 'actor' : 'participant';
      return `  ${kind} ${nameOf(id)} as ${plain(label)}`;
    }),
    ...visits.flatMap((visit) => [
      noteOf(visit, last),
      ...visit.messages.flatMap((one) => messageOf(one, nameOf)),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function noteOf({ phase, text, spec }: Visit, over: string): string {
  const said = [phase, text, spec.join(' ')].filter((part) => part !== '').map(plain);
  return `  Note over ${over}: ${said.join('<br/>')}`;
}

function messageOf({ from, to, text, answer }: Message, nameOf: (id: string) => string): readonly string[] {
  return [
    `  ${nameOf(from)}->>${nameOf(to)}: ${plain(text)}`,
    ...(answer === undefined ? [] : [`  ${nameOf(to)}-->>${nameOf(from)}: ${plain(answer)}`]),
  ];
}

/** Replaces characters that have a meaning in Mermaid by their codes. */
const plain = (text: string): string =>
  text.replace(/[^\p{L}\p{N} .,:/_()=?!'’*…-]/gu, (one) => `#${one.codePointAt(0)};`);
