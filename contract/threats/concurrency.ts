// C: many callers, many processes, and ends in the middle.

/** Threats by concurrency and cancellation: ids `C01` to `C18`. */
export const concurrencyThreats = {
  C01: 'A hundred requests get a 401 at the same time: there is one refresh, and all go on.',
  C02: 'A late 401 is about a token that was replaced meanwhile: it causes no second refresh.',
  C03: 'Several processes wake up together: there is one refresh among them.',
  C04: 'The process that holds a lease dies: the lease ends, another takes over, and a late write of the first one has no effect.',
  C05: 'The process that holds a lease is suspended and goes on later: its outdated write is rejected by its version.',
  C06: 'Two tabs or processes start a login: one of them leads the person, and the others join it.',
  C07: 'A process ends and leaves its login marked as under way: the mark expires.',
  C08: 'A cancel arrives in any state: the chart comes to rest, requests are aborted, and no listener is left.',
  C09: 'One caller cancels: the refresh or login that others wait for goes on.',
  C10: 'The host shuts down in the middle of a refresh: the refresh is finished, or the journal tells of it.',
  C11: 'The result of an operation arrives after its state was left: it is ignored.',
  C12: 'A store reports a flood of changes: they are combined, and memory does not grow.',
  C13: 'A subscriber calls the engine from its own callback: nothing locks up.',
  C14: 'Something throws unexpectedly within an operation: the result is a typed failure, and the process lives on.',
  C15: 'The body of a request can be read only once: it is not sent again by itself, and the caller learns why.',
  C16: 'A request that must not happen twice is answered with 401 or 5xx: after a 401 it may be sent again, because it was not carried out; after a 5xx it is not.',
  C17: 'A stream and a call are refused at the same time: they share one session and one flow.',
  C18: 'The person does nothing: each waiting request has a deadline of its own, with a typed error.',
} as const;
