// Writes XML elements as text: escaped, and with rounded numbers.

/** The attributes of an element. Those that are undefined or empty are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Writes an element. @param content XML text, which is not escaped. */
export function tag(name: string, attributes: Attributes, content?: string): string {
  const said = Object.entries(attributes)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escaped(String(value))}"`)
    .join('');
  return content === undefined ? `<${name}${said}/>` : `<${name}${said}>${content}</${name}>`;
}

/** Writes an element with a text, which is escaped. */
export const textTag = (name: string, attributes: Attributes, text: string): string =>
  tag(name, attributes, escaped(text));

/** A number in tenths of a pixel. It is the same on every machine. */
export function rounded(value: number): string {
  const tenths = Math.round(value * 10) / 10;
  return String(tenths === 0 ? 0 : tenths);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes a text. A character that XML cannot have becomes U+FFFD. @see XML 1.0 §2.2 */
export const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\P{Cc}]|\p{Cs}|[\ufffe\uffff]/gu, '\ufffd')
    .replace(/[&<>"]/g, (one) => entities[one] ?? one);
