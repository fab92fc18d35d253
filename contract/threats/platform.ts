// P: the ground that the engine stands on: runtimes, proxies, hosts, dependencies.

/** Threats by platform and supply: ids `P01` to `P10`. */
export const platformThreats = {
  P01: 'The host replaces the global `fetch` or `JSON` later: the engine goes on with those that it took when it was made.',
  P02: 'Requests go through a proxy that the environment names: what the address rules can and cannot do then is documented.',
  P03: 'A machine has IPv6 only, or tries several addresses at once: the rules hold for each address.',
  P04: 'Windows locks files and opens URLs in its own way: it is tested there.',
  P05: 'The engine runs in Node, Bun, Deno, a worker or a browser: the same test vectors pass in each.',
  P06: 'A browser blocks discovery because of CORS: this is reported as such, and no weaker endpoint is used instead.',
  P07: 'The host passes a malformed option: there is an error before any traffic.',
  P08: 'The clock is frozen or replaced: the engine uses only the clock that it was given.',
  P09: 'A dependency is compromised: there are few of them, and their versions are locked.',
  P10: 'The engine serves a million requests: its memory does not grow.',
} as const;
