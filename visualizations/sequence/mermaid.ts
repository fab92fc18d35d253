// A sequence as Mermaid text, for places that render it.
import type { Message, Sequence, Stay } from './story.ts';

/** The sequence as a Mermaid diagram. @see https://mermaid.js.org/syntax/sequenceDiagram.html */
export function sequenceMermaid({ title, participants, stays }: Sequence): string {
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
    ...stays.flatMap((stay) => [
      noteOf(stay, last),
      ...stay.messages.flatMap((one) => messageOf(one, nameOf)),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function noteOf({ phase, text, spec }: Stay, over: string): string {
  const said = [phase, text, spec.join(' ')].filter((part) => part !== '').map(plain);
  return `  Note over ${over}: ${said.join('<br/>')}`;
}

function messageOf({ from, to, text, answer }: Message, nameOf: (id: string) => string): readonly string[] {
  return [
    `  ${nameOf(from)}->>${nameOf(to)}: ${plain(text)}`,
    ...(answer === undefined ? [] : [`  ${nameOf(to)}-->>${nameOf(from)}: ${plain(answer)}`]),
  ];
}

/** Nothing that Mermaid would take for more than text: it has codes for characters, as HTML does. */
const plain = (text: string): string =>
  text.replace(/[^\p{L}\p{N} .,:/_()=?!'’*…-]/gu, (one) => `#${one.codePointAt(0)};`);
