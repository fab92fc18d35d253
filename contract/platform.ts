// Types of the platform that public signatures name. Projects declare them by the DOM library, by the types of Node or of a
// worker, or not at all: then they are an object of which nothing is known, and our declarations still compile.

/** What `new Class()` makes, where the project declares this global class. */
type MadeBy<Class> = Class extends { readonly prototype: infer Made } ? Made : object;

/** The global value of this name, where the project declares one. */
// biome-ignore lint/style/noRestrictedGlobals: only its type is looked at, and nothing of it is left in the code.
type Global<Name extends string> = typeof globalThis extends { readonly [Key in Name]: infer Value }
  ? Value
  : unknown;

/** Tells that something is not wanted any more. */
export type AbortSignal = MadeBy<Global<'AbortSignal'>>;
/** A key of Web Crypto. */
export type CryptoKey = MadeBy<Global<'CryptoKey'>>;
/** The headers of a request or of an answer. */
export type Headers = MadeBy<Global<'Headers'>>;
/** A request of `fetch`. */
export type Request = MadeBy<Global<'Request'>>;
/** An answer of `fetch`. */
export type Response = MadeBy<Global<'Response'>>;
/** An address that has been parsed. */
export type URL = MadeBy<Global<'URL'>>;
/** What `fetch` may be told of a request. */
export type RequestInit =
  Global<'fetch'> extends (input: string, init?: infer Init) => unknown ? NonNullable<Init> : object;
