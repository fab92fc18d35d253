// Public surface of `authchart/mcp`: for the clients of the MCP SDKs, and for others that take a `fetch`.
export { type McpAuthProvider, mcpAuthProvider, type Unauthorized } from './mcp/authProvider.ts';
export { type McpFetch, mcpFetch } from './mcp/fetch.ts';
export type { McpOptions } from './mcp/options.ts';
