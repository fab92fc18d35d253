// The call that every client makes, and what a client is here.

/** A client that has just been made, and knows nothing. */
export interface Client {
  /** Sends one call of a tool, and logs in where that is asked for. */
  call(): Promise<Response>;
  /** Ends it. */
  end(): Promise<void>;
}

const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'any', arguments: {} },
});

/** A call of a tool. */
export const call = {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  body,
} as const;

/** No client at all: what a call costs by itself, with a token that somebody else has got. */
export const plainCall = (
  resource: string,
  token: string,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<Response> =>
  fetch(resource, { ...call, headers: { ...call.headers, authorization: `Bearer ${token}` } });
