// The login that mcp-remote has for a server: taken over once, where the person has said so, and pointed out where not.
import { fileStore, importLogins, mcpRemoteFolder, readMcpRemote } from '../../adapters/node.ts';
import { sessionIdOf } from '../../protocol/sessionId.ts';
import { placeOf, shown } from '../../protocol/text.ts';
import { messageOf } from '../failures.ts';
import type { Printer } from '../printer.ts';
import { storedSession } from '../stored.ts';
import { folderOf, recordsIn } from '../withSession.ts';
import type { ProxyFlags } from './mcpRemoteFlags.ts';

/** Looks for a login of mcp-remote where there is none of ours. It sends nothing, and changes nothing of mcp-remote. */
export async function takeOver(url: string, flags: ProxyFlags, printer: Printer): Promise<void> {
  const { subject, label, resource, importIssuer: issuer } = flags;
  const own = { ...(subject !== undefined && { subject }), ...(label !== undefined && { label }) };
  const known = await storedSession(recordsIn(flags, printer), sessionIdOf({ resource: url, ...own }));
  if (known?.grant) return;
  const folder = mcpRemoteFolder(process.env);
  const resources = [url, ...(resource ? [resource.trim()] : [])];
  const found = await readMcpRemote({ folder, resources }).catch(() => undefined);
  const logins = found?.logins.filter((login) => login.resource === url && login.tokens?.refreshToken) ?? [];
  if (logins.length === 0) return;
  const place = placeOf(url);
  if (!flags.import) {
    printer.note(
      `mcp-remote has a login at ${place}. To take it over, add --import; then do not use mcp-remote there any more.`,
    );
    return;
  }
  const [outcome] = await importLogins(fileStore({ folder: folderOf(flags) }), logins.slice(0, 1), {
    ...(issuer !== undefined && { issuer }),
    ...own,
  });
  if (outcome?.outcome === 'imported')
    printer.note(`The login of mcp-remote at ${place} was taken over. Do not use mcp-remote there any more.`);
  if (outcome?.outcome !== 'not-imported') return;
  const advice =
    outcome.failure.code === 'credential_without_issuer'
      ? 'It does not say which server issued it. Add --import-issuer ISSUER if you know it'
      : shown(messageOf(outcome.failure), 1000).replace(/\.$/, '');
  printer.complaint(
    `The login of mcp-remote at ${place} was not taken over. ${advice}; else you log in anew.`,
  );
}
