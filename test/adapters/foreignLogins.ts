// Writes what other tools leave behind, as they write it: for tests of the import.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export type Json = Readonly<Record<string, unknown>>;

/** A folder that is gone after the test. */
export async function foreignFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'authchart-legacy-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** What a dynamic registration of mcp-remote looks like. */
export const clientInfo = (more: Json = {}): Json => ({
  redirect_uris: ['http://localhost:12830/oauth/callback'],
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  client_name: 'MCP CLI Proxy',
  client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
  software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
  software_version: '0.1.38',
  client_id: 'foreign-client',
  client_id_issued_at: 1_766_000_000,
  ...more,
});

export const tokenSet = (more: Json = {}): Json => ({
  access_token: 'foreign-access-token',
  token_type: 'Bearer',
  expires_in: 3600,
  scope: 'read',
  refresh_token: 'foreign-refresh-token',
  ...more,
});

/** One login in the folder of mcp-remote. */
export interface McpRemoteLogin {
  /** What the hash is of: the server URL, and more. */
  readonly of: string;
  /** '' for the first versions, which had no folder of their own. */
  readonly version?: string;
  /** Objects as mcp-remote prints them, texts and bytes as they are; null: there is no such file. */
  readonly client?: Json | string | null;
  readonly tokens?: Json | string | Uint8Array | null;
  /** Epoch seconds. */
  readonly savedAt?: number;
}

/** @returns the stem of its files, below the folder. */
export async function writeMcpRemote(
  folder: string,
  { of, version = '0.1.38', client = clientInfo(), tokens = tokenSet(), savedAt }: McpRemoteLogin,
): Promise<string> {
  const hash = createHash('md5').update(of).digest('hex');
  const stem = version === '' ? hash : `mcp-remote-${version}/${hash}`;
  await mkdir(join(folder, stem, '..'), { recursive: true });
  for (const [part, content] of [
    ['client_info', client],
    ['tokens', tokens],
  ] as const) {
    if (content === null) continue;
    const file = join(folder, `${stem}_${part}.json`);
    const isRaw = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(file, isRaw ? content : JSON.stringify(content, null, 2), { mode: 0o600 });
    if (savedAt !== undefined) await utimes(file, savedAt, savedAt);
  }
  await writeFile(join(folder, `${stem}_code_verifier_4711.txt`), 'foreign-code-verifier');
  await writeFile(join(folder, `${stem}_lock.json`), '{"pid":4711,"port":12830,"timestamp":1766000000000}');
  return stem;
}

/** Everything in a folder, by name. */
export async function contentsOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const));
  return Object.fromEntries(texts);
}
