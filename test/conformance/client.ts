// The client under test: uses the tools of one MCP server, and logs in by itself. `client.mjs URL`
import * as z from 'zod/mini';
import { fileStore, headlessUserAgent } from '../../adapters/node.ts';
import {
  AuthError,
  type ClientOptions,
  createAuthEngine,
  type GrantOptions,
  memoryStore,
  type PreRegisteredClient,
} from '../../index.ts';
import { McpError, useTools } from './mcp.ts';

/** How long the whole run may take, in milliseconds; shorter than the suite's own patience. */
const DEADLINE = 20_000;
/** The suite's own client metadata document: used as it stands, never fetched. */
const METADATA_URL = 'https://conformance-test.local/client-metadata.json';

const text = z.optional(z.string());
const Context = z.object({
  client_id: text,
  client_secret: text,
  issuer: text,
  private_key_pem: text,
  signing_algorithm: z.optional(z.enum(['ES256', 'RS256'])),
  valid_jwt: text,
  idp_client_id: text,
  idp_id_token: text,
  idp_token_endpoint: text,
});

/** The scenario's name chooses configuration only; an unknown one runs the default, interactive flow. */
function configure(scenario: string, context: z.infer<typeof Context>, resource: string) {
  const grant = grantFor(scenario, context);
  const client: ClientOptions = {
    name: 'authchart conformance client',
    metadataUrl: METADATA_URL,
    ...(grant !== undefined && { grant }),
    ...(scenario.startsWith('auth/dpop') && { dpop: 'required' }),
    ...(context.client_id !== undefined && {
      preRegistered: [credentials(context, context.client_id, resource)],
    }),
  };
  return { client, legacyDiscovery: scenario.startsWith('auth/2025-03-26-') };
}

/** Credentials without an issuer are trusted at first sight here: the suite has nobody to ask. */
function credentials(
  context: z.infer<typeof Context>,
  clientId: string,
  resource: string,
): PreRegisteredClient {
  const { client_secret: clientSecret, private_key_pem: key, signing_algorithm: algorithm, issuer } = context;
  return {
    clientId,
    resource,
    ...(clientSecret !== undefined && { clientSecret }),
    ...(key !== undefined && { privateKey: { key, ...(algorithm !== undefined && { algorithm }) } }),
    ...(issuer === undefined ? { dangerouslyTrustFirstIssuer: true } : { issuer }),
  };
}

/** Grants with no person in them, where the scenario is about one. */
function grantFor(scenario: string, context: z.infer<typeof Context>): GrantOptions | undefined {
  const {
    valid_jwt: jwt,
    idp_id_token: idToken,
    idp_client_id: clientId,
    idp_token_endpoint: tokenEndpoint,
  } = context;
  if (scenario.startsWith('auth/client-credentials-')) return { kind: 'client-credentials' };
  if (scenario.startsWith('auth/wif-') && jwt !== undefined)
    return { kind: 'workload', assertion: async () => jwt };
  if (idToken === undefined || clientId === undefined || tokenEndpoint === undefined) return undefined;
  return { kind: 'enterprise', identityProvider: { tokenEndpoint, clientId }, idToken: async () => idToken };
}

async function run(resource: string, env: NodeJS.ProcessEnv): Promise<void> {
  const scenario = env['MCP_CONFORMANCE_SCENARIO'] ?? '';
  const context = z.parse(Context, JSON.parse(env['MCP_CONFORMANCE_CONTEXT'] || '{}'));
  const { client, legacyDiscovery } = configure(scenario, context, resource);
  const folder = env['AUTHCHART_STORE'];
  const engine = createAuthEngine({
    client,
    store: folder ? fileStore({ folder }) : memoryStore(),
    userAgent: headlessUserAgent({ redirectUri: 'http://127.0.0.1:41999/callback' }),
    policy: { interaction: 'auto', legacyDiscovery },
  });
  try {
    const session = engine.session({ resource });
    await useTools((url, init) => session.fetch(url, init), resource, {
      protocolVersion: env['MCP_CONFORMANCE_PROTOCOL_VERSION'] ?? '2025-11-25',
      concurrency: count(env['AUTHCHART_CONCURRENCY'], 1),
      repeat: count(env['AUTHCHART_REPEAT'], 1),
      sleepMs: count(env['AUTHCHART_SLEEP_MS'], 0),
    }).catch((error: unknown) => {
      // What the chart decided says more than the status that the server's refusal came with.
      const { failure, refusal } = session.actor.getSnapshot().context;
      const reason = failure ?? refusal;
      throw error instanceof McpError && reason ? new AuthError(reason) : error;
    });
  } finally {
    await engine.dispose();
  }
}

function count(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : otherwise;
}

function fail(code: string, message: string): never {
  console.error(JSON.stringify({ error: { code, message } }));
  process.exit(1);
}

setTimeout(() => fail('timed_out', `The run took longer than ${DEADLINE / 1000} s.`), DEADLINE).unref();
const resource = process.argv[2];
if (resource === undefined) fail('usage', 'Give the URL of the MCP server.');
try {
  await run(resource, process.env);
  process.exit(0);
} catch (error) {
  if (error instanceof AuthError || error instanceof McpError) fail(error.code, error.message);
  fail('internal', error instanceof Error ? error.name : 'unknown');
}
