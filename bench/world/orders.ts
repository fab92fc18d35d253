// What the process of the world is told, and what it answers.

/** How many requests of each kind have been answered: `a POST /token`, and `answered` for calls that got 200. */
export interface Tally {
  readonly kinds: Readonly<Record<string, number>>;
  /** Requests that carried something of the other server. */
  readonly crossed: readonly string[];
  readonly all: number;
}

/** An order to the world. */
export type Order =
  | { readonly do: 'reset' | 'blind' | 'expire' | 'move' | 'tell' | 'forget requests' }
  /** Every answer comes so many milliseconds late. */
  | { readonly do: 'delay'; readonly ms: number }
  /** Tokens that are issued from now on live so long. */
  | { readonly do: 'lifetime'; readonly seconds: number }
  | { readonly do: 'need'; readonly scope: string }
  | { readonly do: 'fault'; readonly name: string };

/** Where the resource is, and what has arrived so far. */
export interface Reply {
  readonly resource: string;
  readonly tally: Tally;
}
