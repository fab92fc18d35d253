// R: what goes wrong when a client becomes known to a server.

/** Threats to registration: ids `R01` to `R19`. */
export const registrationThreats = {
  R01: 'A server offers several ways to become known: pre-registered comes first, then the metadata document where it is advertised, then dynamic registration; without any, the host is asked.',
  R02: 'A server announces metadata documents with something other than a literal true: it counts as no.',
  R03: 'The host’s metadata document URL is not https, or has no path: this is a configuration error before any traffic.',
  R04: 'An answer to a registration has no usable client id, another status than a success, or is HTML: the error is typed and says the status (RFC 7591 §3.2).',
  R05: 'A server registers other redirect URIs, grant types or another authentication method than asked for: the engine uses what was registered, or refuses it, and never assumes what it sent (RFC 7591 §3.2.1).',
  R06: 'A server refuses the redirect URI: a few adjusted attempts follow, each with one change, then a clear message.',
  R07: 'A server needs to know the type of application: it is always sent, and it is `native` for loopback redirects.',
  R08: 'The stored client secret has expired: the client registers again before it authorizes.',
  R09: 'The expiry of a client secret is 0, which means never, or is missing, negative or a text: each has a safe reading.',
  R10: 'The token endpoint does not know the client any more: one new registration within the login, and the old one is kept until the new one works.',
  R11: 'The server has forgotten the client and says so only to the person, on its page: the login ends by its time limit, and the host can always forget the client.',
  R12: 'Registering again returns the same dead client: the engine stops after one round.',
  R13: 'Many processes register at the same time: one of them does it, and all use that client.',
  R14: 'The redirect URI differs from the one that is registered, because a port was taken: this is noticed, and the client registers anew where ports are not free to choose.',
  R15: 'Client credentials of one issuer are at hand when another issuer asks: they are not sent there.',
  R16: 'A client was registered by hand, and the resource names another server now: the error says so, and the credentials are not used.',
  R17: 'A server sends back a huge or hostile client name or logo: it is bounded, and escaped before anyone sees it.',
  R18: 'Registration is answered with 429 or 503: the engine tries later, and does not repeat at once.',
  R19: 'The registration endpoint is not https: nothing is sent to it.',
} as const;
