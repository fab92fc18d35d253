// What the adapters for MCP clients may be told. It is declared to users: nothing of the engine's inside may be named here.

/** What `mcpFetch` and `mcpAuthProvider` may be told. */
export interface McpOptions {
  /**
   * How long a request waits for a person who logs in, in milliseconds. It then rejects with `login_pending`, and the login
   * goes on. Default: 45,000, since the SDKs give a request up after 60 seconds.
   */
  readonly loginWait?: number;
}
