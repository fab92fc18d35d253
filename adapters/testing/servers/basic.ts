// Basic credentials of clients.

/** The two parts of Basic credentials. @see RFC 6749 §2.3.1 */
export function basicOf(header: string): { readonly id: string; readonly secret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  const decoded = encoded === undefined || encoded.length % 4 !== 0 ? '' : atob(encoded);
  const at = decoded.indexOf(':');
  if (at < 0) return undefined;
  // The form encoding, as in a query.
  const part = (text: string): string => new URLSearchParams(`part=${text}`).get('part') ?? '';
  return { id: part(decoded.slice(0, at)), secret: part(decoded.slice(at + 1)) };
}
