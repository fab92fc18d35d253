// A strict parser for the XML of drawings. It refuses text that is not well-formed.

/** An element. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** Its own text, without that of its children. */
  readonly text: string;
}

/** The element itself, and all elements inside it, in document order. */
export const allIn = (element: Element): readonly Element[] => [element, ...element.children.flatMap(allIn)];

const NAME = /[A-Za-z_][\w:.-]*/y;
const ATTRIBUTE = /\s+([A-Za-z_][\w:.-]*)="([^"<]*)"/y;

/** Parses a document. @throws SyntaxError when it is not well-formed. */
export function parseXml(text: string): Element {
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at += found[0].length;
    return found;
  };
  const fail = (what: string): never => {
    throw new SyntaxError(`${what} at ${at}: ${text.slice(at, at + 40)}`);
  };
  const attributesHere = (): ReadonlyMap<string, string> => {
    const attributes = new Map<string, string>();
    for (let one = take(ATTRIBUTE); one !== null; one = take(ATTRIBUTE)) {
      const [, key = '', value = ''] = one;
      if (attributes.has(key)) fail(`Twice ${key}`);
      attributes.set(key, unescaped(value));
    }
    return attributes;
  };
  const element = (): Element => {
    if (take(/</y) === null) fail('No element');
    const name = take(NAME)?.[0] ?? fail('No name');
    const attributes = attributesHere();
    if (take(/\s*\/>/y) !== null) return { name, attributes, children: [], text: '' };
    if (take(/\s*>/y) === null) fail(`An open ${name}`);
    const children: Element[] = [];
    let said = '';
    while (!text.startsWith('</', at)) {
      const characters = take(/[^<]+/y)?.[0];
      if (characters === undefined) children.push(element());
      else said += unescaped(characters);
    }
    if (take(new RegExp(`</${name}\\s*>`, 'y')) === null) fail(`No end of ${name}`);
    return { name, attributes, children, text: said };
  };
  const root = element();
  if (text.slice(at).trim() !== '') fail('More');
  return root;
}

const entities = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
]);

function unescaped(text: string): string {
  return text.replace(/&[^;\s]*;?/g, (one) => {
    const character = entities.get(one);
    if (character === undefined) throw new SyntaxError(`No entity: ${one}`);
    return character;
  });
}
