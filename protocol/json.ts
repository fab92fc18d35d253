// Reading JSON from strangers: an object or nothing, known members only.

/** The object that a JSON text holds; nothing for broken JSON and for arrays, strings, numbers, null. */
export function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // Broken, or nested too deep for the parser.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

/** A member of the object itself, never one that it inherits. */
export function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

const jsonMediaType = /^application\/(?:[\w.+-]+\+)?json$/;

/** `application/json` and its `+json` kin. @see RFC 6839 §3.1 */
export function isJson(mediaType: string): boolean {
  return jsonMediaType.test(mediaType);
}
