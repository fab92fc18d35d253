// W: what may stand in a `WWW-Authenticate` header, and where it may come from.

/** Threats by challenges: ids `W01` to `W17`. */
export const challengeThreats = {
  W01: 'Several challenges stand in one header, and Bearer is not the first: it is found (RFC 9728 §5.4).',
  W02: 'Several header lines arrive as one, joined by commas: they are read as a list (RFC 9110 §11).',
  W03: 'A quoted text contains commas, or something that looks like a parameter: it remains the text of its own parameter.',
  W04: 'A parameter’s name ends like one that we know (`x_resource_metadata`): it is not taken for it.',
  W05: 'A quoted text contains escaped quotes and backslashes: they are unescaped once.',
  W06: 'A scheme or parameter is in capitals, has spaces around its `=`, or a value without quotes: it is accepted.',
  W07: 'A parameter occurs twice in a challenge: the challenge is not used.',
  W08: 'A header is broken: an open quote, garbage, no scheme; the result is that no challenge can be used, and nothing throws.',
  W09: 'A header is very long: it is cut at a limit, and read in linear time.',
  W10: 'A parameter is called `__proto__`: it has no effect.',
  W11: 'A value contains line breaks or control characters: they are escaped before the value reaches a log or a person.',
  W12: 'A 401 has no challenge: discovery goes through the well-known places.',
  W13: 'A 400 carries a challenge: it may say where metadata is, but it does not mean that the token was refused.',
  W14: 'A 200 carries a challenge: it is ignored.',
  W15: 'A challenge is a bare token68, of an unknown scheme, or of DPoP alone: it is passed over or handled, and nothing crashes.',
  W16: 'A challenge’s scopes have illegal characters, or are very many or very long: illegal ones are dropped, and number and size are bounded (OAuth 2.1 draft, §12.4).',
  W17: 'A challenge comes from an address to which the resource redirected: it is ignored.',
} as const;
