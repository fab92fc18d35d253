// Elements as text: escaped, with rounded numbers, and without what is undefined.

/** The attributes of an element; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** @param content text that is XML already. */
export function tag(name: string, attributes: Attributes, content?: string): string {
  const said = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(String(value))}"`)
    .join('');
  return content === undefined ? `<${name}${said}/>` : `<${name}${said}>${content}</${name}>`;
}

/** An element with text in it, which is escaped. */
export const textTag = (name: string, attributes: Attributes, text: string): string =>
  tag(name, attributes, escaped(text));

/** Tenths of a pixel: the same on every machine, and nobody sees the rest. */
export function rounded(value: number): string {
  const tenths = Math.round(value * 10) / 10;
  return String(tenths === 0 ? 0 : tenths);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML cannot have, escaped or not, become a mark. @see XML 1.0 §2.2 */
export const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\P{Cc}]|\p{Cs}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"]/g, (one) => entities[one] ?? one);
