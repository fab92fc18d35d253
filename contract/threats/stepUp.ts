// U: what a resource may ask for beyond what was granted.

/** Threats by step-up and scopes: ids `U01` to `U17`. */
export const stepUpThreats = {
  U01: 'A 403 asks for one more scope: the new request has all earlier scopes and the new one.',
  U02: 'A server asks for one scope, then another, then the first again: the set only grows, and the same set twice is a permanent refusal.',
  U03: 'A server asks for a new scope after every login: the number of step-ups is bounded for each operation.',
  U04: 'A 403 asks for a scope that was granted already: no login follows.',
  U05: 'A 403 has no challenge, or one with another error than `insufficient_scope`: it is passed on, and no login follows. Where that error names no scope, a login asks for what the resource lists beyond the grant; where it lists nothing more, none follows.',
  U06: 'A challenge has hundreds of scopes, or very powerful ones: the number is bounded, and the host can show the person what is new.',
  U07: 'A person has said no: this is remembered, and a mere request does not bring it up again.',
  U08: 'A scope contains quotes, `&` or line breaks: illegal scopes are dropped, and the rest remains one value in the URL.',
  U09: '`scopes_supported` is very long, or empty: it is bounded, and an empty one means that no scope is asked for.',
  U10: 'A challenge names a scope that is in no list: it is asked for.',
  U11: '`offline_access` could be asked for: this happens only where the server lists it and refresh tokens are wanted.',
  U12: 'A refresh token is at hand when scopes are missing: the step-up goes to the authorization endpoint all the same.',
  U13: 'Several requests lack different scopes at the same time: they share one step-up.',
  U14: 'A step-up fails: the old token goes on working for what it allows.',
  U15: 'A 401 with fewer scopes arrives during a step-up: the collected scopes are kept.',
  U16: 'A step-up did not help: the failure says that scopes are missing, and not that the token has expired.',
  U17: 'A firewall or a page answers 403: it is no step-up.',
} as const;
