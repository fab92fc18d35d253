// Any text as printable ASCII and back, for homes that cannot hold NUL, half a surrogate pair, or other alphabets.

/**
 * Escapes what is not printable ASCII, and the backslash, as `\u` and four digits. JSON mostly stays as it is,
 * so that a person can read it. Unit by unit: what starts with `a` becomes what starts with `printable(a)`.
 */
export function printable(text: string): string {
  return text.replace(/[^ -~]|\\/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The text that was made printable. */
export function original(escaped: string): string {
  return escaped.replace(/\\u([0-9a-f]{4})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
