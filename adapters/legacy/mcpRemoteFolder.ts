// Where mcp-remote keeps its logins.
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Finds the folder of mcp-remote as mcp-remote does: `$MCP_REMOTE_CONFIG_DIR`, else `~/.mcp-auth`.
 * @param env The environment variables: `process.env`.
 */
export function mcpRemoteFolder(env: Readonly<Record<string, string | undefined>>): string {
  return env['MCP_REMOTE_CONFIG_DIR'] || join(homedir(), '.mcp-auth');
}
