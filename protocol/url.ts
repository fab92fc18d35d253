// Reading a URL without throwing.

/**
 * The URL that a text is, or nothing. `URL.canParse` is not used anywhere: in Node 20, once it is compiled, it says no to
 * every text with a letter like "ü" in it.
 * @see https://url.spec.whatwg.org/#concept-url-parser
 */
export function urlOf(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
