// L: the ways by which a secret could leave.

/** Threats to secrecy: ids `L01` to `L14`. */
export const leakThreats = {
  L01: 'An error, a log line, a stack or the inspection of an object could show a token, a code, a verifier, a client secret or a key: none does, in any run.',
  L02: 'The XState inspector receives events, snapshots, inputs and outputs: no secret is among them.',
  L03: 'The snapshot of a chart is persisted: no secret is in it.',
  L04: 'A log shows the beginning of a token: parts are forbidden as well.',
  L05: 'A server’s answer repeats a secret of ours: it is removed before the text is shown.',
  L06: 'A redirect leads to a third origin: the `Authorization` header does not go there (RFC 9700 §4.9).',
  L07: 'A token could travel in a URL: it never does.',
  L08: 'A log shows request headers: it has their names, and no values.',
  L09: 'The page after a login could send its address to others: it sends no referrer.',
  L10: 'A crash prints an error with its cause and members: what came from the network is not enumerable, and foreign errors are reduced to a class name.',
  L11: 'A run is recorded or drawn: the record consists of names, times and states, so that no secret can be in it.',
  L12: 'The time of a comparison could tell how much of a `state` was right: it takes the same time for any text.',
  L13: 'Other users see the arguments of processes and their environment: no secret is ever an argument.',
  L14: 'A forged request reads an internal page, and an error shows its text to the attacker: server text is bounded in errors, and sent nowhere.',
} as const;
