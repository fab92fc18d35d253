// Imports of the logins of other tools: loaded when somebody imports.
import type { Store } from '../stores/store.ts';
import type { Found, FoundLogin } from './legacy/found.ts';
import type { ImportOptions, ImportOutcome } from './legacy/importLogins.ts';

/**
 * Reads the logins in the folder of mcp-remote, and changes nothing in it. The file names are hashes of the resources,
 * so you have to name the resources. Of several logins of one resource the newest is used.
 * @param options `folder`: the folder. `resources`: the URLs as they stand in the configuration of mcp-remote: its
 * server URL, and the value of `--resource` if it has one.
 * @throws AuthError `config_invalid` when the folder exists and cannot be read.
 * @see `importLogins`, which writes them into a store
 */
export async function readMcpRemote(options: {
  readonly folder: string;
  readonly resources: readonly string[];
}): Promise<Found> {
  const reader = await import('./legacy/mcpRemote.ts');
  return reader.readMcpRemote(options);
}

/**
 * Reads one login that a provider of the TypeScript MCP SDK saved as JSON, and changes nothing. A file may hold the
 * argument of `saveClientInformation`, or the argument of `saveTokens`, or both as `{ clientInformation, tokens }`, with
 * `resourceUrl` or without.
 * @param options `files`: the files of this login. `resource`: what it is for; default the `resourceUrl` in the files.
 * @throws AuthError `config_invalid` when neither `resource` nor a `resourceUrl` is there.
 * @see `importLogins`, which writes it into a store
 */
export async function readSdkRecords(options: {
  readonly files: readonly string[];
  readonly resource?: string;
}): Promise<Found> {
  const reader = await import('./legacy/sdk.ts');
  return reader.readSdkRecords(options);
}

/**
 * Imports the logins that `readMcpRemote` or `readSdkRecords` found. No record is overwritten, so you may run it again,
 * also after it was interrupted. When several logins are of one session, the first one is imported.
 * @param store Where to write them: the store that the engine will use.
 * @param logins The logins, the preferred one of each session first.
 * @returns the outcome of each login, in the same order. It throws no AuthError.
 * @example
 * import { defaultFolder, fileStore, importLogins, mcpRemoteFolder, readMcpRemote } from 'authchart/node';
 * const found = await readMcpRemote({
 *   folder: mcpRemoteFolder(process.env),
 *   resources: ['https://mcp.example.com/mcp'],
 * });
 * const store = fileStore({ folder: defaultFolder(process.env) });
 * for (const login of await importLogins(store, found.logins, { issuer: 'https://as.example.com' }))
 *   console.log(login.resource, login.outcome);
 * @see MCP Authorization 2026-07-28, "Authorization Server Binding"
 */
export async function importLogins(
  store: Store,
  logins: readonly FoundLogin[],
  options: ImportOptions = {},
): Promise<readonly ImportOutcome[]> {
  const importer = await import('./legacy/importLogins.ts');
  return importer.importLogins(store, logins, options);
}
