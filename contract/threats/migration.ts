// M: a resource that moves to another authorization server, or pretends to.

/** Threats by migration and mix-up: ids `M01` to `M12`. */
export const migrationThreats = {
  M01: 'The metadata of a resource names a new authorization server: nothing of the old one is sent there, and the client registers anew.',
  M02: 'A refresh token of one issuer is stored, and discovery now names another: the token is never sent to the other.',
  M03: 'A client id is a metadata document URL, which is valid everywhere: tokens are bound to their issuer all the same.',
  M04: 'A resource names one server, then another, then the first again: records stay apart for each issuer, moves are bounded, and the person is told.',
  M05: 'An attacker can place a document at an open path of the resource’s origin: it does not apply to the resource (RFC 9728 §7.3).',
  M06: 'The new server is weaker, without PKCE, `iss` or https: it is refused, and there is no fallback.',
  M07: 'The resource moves while a person logs in: the login stays bound to the recorded server, and the code goes nowhere else.',
  M08: 'A token of the old server still works at the resource: it may be used there until a 401, and at no other origin.',
  M09: 'A server is met for the first time, or has changed: the person sees which host it is before they consent.',
  M10: 'One of several servers does not send `iss`: a redirect URI of its own for each issuer is a second defence (RFC 9700 §4.4.2.2).',
  M11: 'The resource redirects to another origin: the `Authorization` header does not follow, and the new origin is another resource.',
  M12: 'A document has the issuer of an honest server and the endpoints of an attacker: the rules of D22 and D39 catch it.',
} as const;
