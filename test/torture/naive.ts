// A plain client, right without a fault: it has as many switches as the torture suite has things to see. `naive.js [--fault=NAME] URL`
import { useTools } from '../conformance/mcp.ts';
import { type Asked, askedBy, issuerOf, type Server, serverAt } from './naive/discovery.ts';
import { has } from './naive/faults.ts';
import { send, stop } from './naive/http.ts';
import { exchanged, registered, renewed, response } from './naive/login.ts';
import { type All, alone, type Client, type Grant, type Kept, load, save } from './naive/store.ts';

const resource = process.argv.at(-1) ?? '';
const context: Readonly<Record<string, string>> = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] || '{}');
/** Logins of this process that a fault may repeat. */
const MOST =
  has('asks-again') || has('step-up-on-any-403') || has('retries-forever') || has('step-up-forever') ? 12 : 2;

let logins = 0;
let wanted: readonly string[] = [];
let inHand: Grant | undefined;
let listed: readonly string[] = [];

const keptOf = (all: All, issuer: string): Kept => {
  const key = has('one-server') ? 'all' : issuer;
  all.servers[key] ??= {};
  return all.servers[key];
};

function byHand(server: Server): Client | undefined {
  const { client_id: id, client_secret: secret, issuer } = context;
  if (id === undefined || has('registers-always')) return undefined;
  if (issuer !== server.issuer && !has('credentials-anywhere'))
    stop('The credentials are for another server.');
  const method =
    ['client_secret_basic', 'client_secret_post'].find((one) => server.methods.includes(one)) ?? 'none';
  return { id, secret, method: secret === undefined ? 'none' : method };
}

/** Gets a token that is better than one that was refused. */
async function better(refused: string | undefined, asked: Asked): Promise<Grant> {
  return alone(async () => {
    const all = await load();
    const before = all.issuer === undefined ? undefined : keptOf(all, all.issuer).grant;
    if (before && before.access !== refused && before.until > Date.now() && !has('renews-always'))
      return before;
    const { issuer, scopes } = await issuerOf(resource, asked);
    listed = scopes;
    const server = await serverAt(issuer);
    all.issuer = issuer;
    const kept = keptOf(all, issuer);
    const isShort = asked.error === 'insufficient_scope' && !has('step-up-by-renewal');
    if (kept.grant?.refresh !== undefined && kept.client && !isShort && !has('never-renews')) {
      const grant = await renewal(all, kept, server);
      if (grant) return grant;
    }
    return login(all, kept, server, asked);
  });
}

async function renewal(all: All, kept: Kept, server: Server): Promise<Grant | undefined> {
  const { client, grant } = kept;
  if (!client || !grant) return undefined;
  for (let times = 0; ; times += 1) {
    const result = await renewed(server, client, kept.grant ?? grant, resource, listed).catch(
      (error: unknown) => {
        if (has('login-on-outage')) return 'dead' as const;
        throw error;
      },
    );
    if (result === 'unknown client') kept.client = undefined;
    if (typeof result === 'string') {
      if (has('gives-up')) return stop('The login has ended.');
      kept.grant = undefined;
      await save(all);
      return undefined;
    }
    kept.grant = result;
    if (!has('rotation-in-memory')) await save(all);
    if (!has('renews-in-a-loop') || result.until > Date.now() + 60_000 || times > 30) return result;
  }
}

async function login(all: All, kept: Kept, server: Server, asked: Asked): Promise<Grant> {
  logins += 1;
  if (logins > MOST) stop('The resource refuses what was granted.');
  kept.client =
    byHand(server) ?? (has('forgets-client') ? undefined : kept.client) ?? (await registered(server));
  if (!has('keeps-dead-client')) await save(all);
  const { client } = kept;
  const scopes = scopesFor(asked);
  try {
    if (kept.code !== undefined)
      await exchanged(server, client, JSON.parse(kept.code), resource, scopes).catch(() => undefined);
    const got = await response(server, client, resource, scopes);
    if (has('resumes-code'))
      await save(
        Object.assign(all, {
          servers: { ...all.servers, [server.issuer]: { ...kept, code: JSON.stringify(got) } },
        }),
      );
    if (got.token !== undefined)
      return { access: got.token, refresh: undefined, scopes, until: Number.MAX_SAFE_INTEGER };
    const at = has('late-discovery')
      ? { ...server, ...(await serverAt((await issuerOf(resource, asked)).issuer)) }
      : server;
    const grant = await exchanged(at, client, got, resource, scopes);
    kept.grant = has('forgets-scopes') && kept.grant ? kept.grant : grant;
    await save(all);
    return grant;
  } catch (error) {
    // What the server does not know any more is of no use for the next login.
    if (!has('keeps-dead-client') && context['client_id'] === undefined) kept.client = undefined;
    await save(all);
    if (has('asks-again') && logins < MOST) return login(all, kept, server, asked);
    throw error;
  }
}

function scopesFor({ error, scopes: asked }: Asked): readonly string[] {
  if (error === 'insufficient_scope' && has('step-up-forgets')) return asked ?? [];
  const first = has('wrong-scopes')
    ? listed
    : (asked ?? (has('no-scopes') ? [] : wanted.length > 0 ? [] : listed));
  wanted = [...new Set([...wanted, ...first])];
  return wanted;
}

async function call(url: string, init: RequestInit): Promise<Response> {
  let steps = 0;
  for (let tries = 0; ; tries += 1) {
    if (has('renews-in-a-loop') && inHand && inHand.until < Date.now() + 60_000)
      inHand = await better(inHand.access, askedBy(401, null));
    const token = inHand;
    const address = has('token-in-url') && token ? `${url}?access_token=${token.access}` : url;
    const headers = {
      ...(init.headers as Record<string, string>),
      ...(token && { authorization: `Bearer ${token.access}` }),
    };
    const { status, headers: said, text } = await send(address, { ...init, headers });
    const asked = askedBy(status, said.get('www-authenticate'));
    if (!isWorthIt(status, asked, said, token, tries, steps))
      return new Response(/^(?:204|304)$/.test(String(status)) ? null : text, { status, headers: said });
    if (status === 403) steps += 1;
    inHand = await better(token?.access, asked);
    wanted = [...new Set([...wanted, ...inHand.scopes])];
  }
}

function isWorthIt(
  status: number,
  { error, scopes = [] }: Asked,
  said: Headers,
  token: Grant | undefined,
  tries: number,
  steps: number,
): boolean {
  const most =
    has('retries-forever') || has('asks-again') || has('step-up-forever') || has('step-up-on-any-403')
      ? 12
      : 2;
  if (tries >= most) return false;
  if (has('any-challenge') && tries === 0 && token && (said.has('www-authenticate') || status >= 400))
    return true;
  if (has('step-up-on-any-403') && status === 403) return true;
  if (status === 401) return true;
  if (status !== 403 || error !== 'insufficient_scope' || !token) return false;
  const isNew = scopes.some((scope) => !token.scopes.includes(scope));
  return has('step-up-forever') ? true : isNew && steps < 1;
}

try {
  const all = await load();
  inHand = all.issuer === undefined ? undefined : keptOf(all, all.issuer).grant;
  wanted = inHand?.scopes ?? [];
  if (inHand && has('renews-always')) inHand = await better(inHand.access, askedBy(401, null));
  await useTools(call, resource, { protocolVersion: '2025-11-25' });
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : 'unknown');
  process.exit(1);
}
