// This project's client, as the torture suite runs it: it keeps its login in its home. `client.js URL`
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileStore, headlessUserAgent } from '../../adapters/node.ts';
import { AuthError, createAuthEngine } from '../../index.ts';
import { useTools } from '../conformance/mcp.ts';

const resource = process.argv[2] ?? '';
const context: Readonly<Record<string, string>> = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] || '{}');
const { client_id: clientId, client_secret: clientSecret, issuer } = context;

const engine = createAuthEngine({
  client: {
    name: 'authchart torture client',
    ...(clientId !== undefined &&
      issuer !== undefined && {
        preRegistered: [{ clientId, resource, issuer, ...(clientSecret !== undefined && { clientSecret }) }],
      }),
  },
  store: fileStore({ folder: join(homedir(), '.authchart-torture') }),
  userAgent: headlessUserAgent(),
  policy: { interaction: 'auto', requestTimeout: 4000, loginTimeout: 10_000 },
});

const session = engine.session({ resource });
const code = await useTools((url, init) => session.fetch(url, init), resource, {
  protocolVersion: '2025-11-25',
}).then(
  () => 0,
  (error: unknown) => {
    const { failure, refusal } = session.actor.getSnapshot().context;
    const reason = failure ?? refusal;
    const said = error instanceof AuthError || error instanceof Error ? error.message : 'unknown';
    console.error(reason ? `${reason.code}: ${reason.message}` : said);
    return 1;
  },
);
await engine.dispose();
process.exit(code);
