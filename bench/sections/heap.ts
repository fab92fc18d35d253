// Measures one thing in the heap, prints the number of bytes, and ends. Run with `--expose-gc`.
import { setTimeout as pause } from 'node:timers/promises';
import { built, engineFor } from '../peers.ts';
import { memoryOfCalls } from './hotPath.ts';

const RESOURCE = 'https://mcp.example/mcp';
const ISSUER = 'https://as.example';

/** What is left when nothing is in flight any more. */
async function heapUsed(): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    await pause(20);
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

async function made(many: number): Promise<number> {
  const engine = engineFor(built.memoryStore());
  engine.session({ resource: RESOURCE, subject: 'warm' });
  const before = await heapUsed();
  const all = Array.from({ length: many }, (_, at) =>
    engine.session({ resource: RESOURCE, subject: `user-${at}` }),
  );
  const bytes = ((await heapUsed()) - before) / all.length;
  await engine.dispose();
  return bytes;
}

/** Servers that answer at once, without a network: discovery, and tokens for a client that speaks for itself. */
const servers: typeof globalThis.fetch = async (input, init) => {
  const url = new URL(input instanceof Request ? input.url : input);
  const json = (value: unknown): Response => Response.json(value);
  if (url.pathname.includes('oauth-protected-resource'))
    return json({ resource: RESOURCE, authorization_servers: [ISSUER] });
  if (url.pathname.includes('oauth-authorization-server'))
    return json({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/token`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: ['client_credentials'],
    });
  if (url.pathname === '/token')
    return json({ access_token: crypto.randomUUID(), token_type: 'Bearer', expires_in: 3600 });
  const isAllowed = new Headers(init?.headers).has('authorization');
  const metadata = 'https://mcp.example/.well-known/oauth-protected-resource/mcp';
  const headers = { 'www-authenticate': `Bearer resource_metadata="${metadata}"` };
  return isAllowed ? json({ ok: true }) : new Response(null, { status: 401, headers });
};

async function rested(many: number): Promise<number> {
  const store = built.memoryStore();
  const client = {
    name: 'bench',
    preRegistered: [{ issuer: ISSUER, clientId: 'one', clientSecret: 'secret' }],
    grant: { kind: 'client-credentials' as const },
  };
  const subjects = Array.from({ length: many }, (_, at) => `user-${at}`);
  const first = engineFor(store, { client, fetch: servers });
  for (const subject of subjects) await first.session({ resource: RESOURCE, subject }).login();
  await first.dispose();
  // Another engine over the same records: what is measured is not the records.
  const engine = engineFor(store, { client, fetch: servers, policy: { interaction: 'auto', idleAfter: 1 } });
  const use = async (subject: string): Promise<unknown> => {
    const session = engine.session({ resource: RESOURCE, subject });
    await (await session.fetch(RESOURCE)).text();
    return session;
  };
  await use('user-0');
  const before = await heapUsed();
  const held: unknown[] = [];
  for (const subject of subjects) {
    held.push(await use(subject));
    await pause(2);
  }
  await pause(5);
  await use('user-0');
  const bytes = ((await heapUsed()) - before) / held.length;
  await engine.dispose();
  return bytes;
}

const [what = '', many = '1', resource = ''] = process.argv.slice(2);
const measures: Readonly<Record<string, () => Promise<number>>> = {
  made: () => made(Number(many)),
  rested: () => rested(Number(many)),
  calls: async () => {
    const [before, after] = await memoryOfCalls(resource, Number(many));
    return after - before;
  },
};
console.log(Math.round((await measures[what]?.()) ?? Number.NaN));
process.exit();
