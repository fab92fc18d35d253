// The client of the MCP SDK with a provider in memory, as its documentation has it. `sdk.js URL`
import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';

const url = new URL(process.argv[2] ?? '');
const context: Readonly<Record<string, string>> = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] || '{}');
const redirectUrl = 'http://127.0.0.1:41997/callback';
const memory = new Map<string, unknown>();
let response: URLSearchParams | undefined;

type Of<Name extends keyof OAuthClientProvider> = NonNullable<OAuthClientProvider[Name]>;

const provider: OAuthClientProvider = {
  redirectUrl,
  clientMetadata: {
    client_name: 'MCP SDK',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  },
  state: () => {
    const state = crypto.randomUUID();
    memory.set('state', state);
    return state;
  },
  clientInformation: () => memory.get('client') as ReturnType<Of<'clientInformation'>>,
  saveClientInformation: (client) => void memory.set('client', client),
  tokens: () => memory.get('tokens') as ReturnType<Of<'tokens'>>,
  saveTokens: (tokens) => void memory.set('tokens', tokens),
  codeVerifier: () => String(memory.get('verifier')),
  saveCodeVerifier: (verifier) => void memory.set('verifier', verifier),
  discoveryState: () => memory.get('discovery') as ReturnType<Of<'discoveryState'>>,
  saveDiscoveryState: (state) => void memory.set('discovery', state),
  invalidateCredentials: (scope) => {
    if (scope === 'all') memory.clear();
    else memory.delete(scope);
  },
  redirectToAuthorization: async (page) => {
    const answer = await fetch(page, { redirect: 'manual' });
    response = new URL(answer.headers.get('location') ?? '').searchParams;
  },
};
if (context['client_id'] !== undefined) {
  const { client_id, client_secret, issuer } = context;
  memory.set('client', { client_id, client_secret, issuer });
}

/** The host has to check the state, and to hand the response over: that is how the SDK is made. */
async function finish(transport: StreamableHTTPClientTransport): Promise<void> {
  const answer = response;
  response = undefined;
  if (!answer || answer.get('state') !== memory.get('state'))
    throw new Error('The response has another state.');
  await transport.finishAuth(answer);
}

async function within<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  for (let logins = 0; ; logins += 1) {
    const transport = new StreamableHTTPClientTransport(url, { authProvider: provider });
    const client = new Client({ name: 'sdk', version: '1.0.0' });
    try {
      await client.connect(transport);
      return await work(client);
    } catch (error) {
      if (response === undefined || logins > 4) throw error;
      await finish(transport);
    } finally {
      await client.close();
    }
  }
}

await within(async (client) => {
  const { tools } = await client.listTools();
  await client.callTool({ name: tools[0]?.name ?? '', arguments: {} });
});
process.exit(0);
