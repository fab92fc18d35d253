// The world of the measurements, in a process of its own, so that its work is nobody's time. It does what it is told.
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, type Place, type Received, startWorld, type World } from '../../test/support/world.ts';
import type { Order, Reply, Tally } from './orders.ts';

const world = await startWorld();
const kept = structuredClone(world.documents);
let delay = 0;
let blind = false;

const correct = world.answer.bind(world);
world.answer = async (request: Received): Promise<Answer> => {
  if (blind) world.received.length = 0;
  if (blind) world.exchanges.length = 0;
  if (delay > 0) await pause(delay);
  return correct(request);
};

/** As it was when it started, and nothing has arrived yet. */
function reset(of: World): void {
  of.scripts.clear();
  of.received.length = 0;
  of.exchanges.length = 0;
  Object.assign(of.documents, structuredClone(kept));
  of.pointer = `${of.origins.resource}/.well-known/oauth-protected-resource/mcp`;
  of.needs = () => null;
  of.expiresIn = 300;
  for (const known of [of.accessTokens, of.refreshTokens, of.codes]) known.clear();
  [delay, blind] = [0, false];
}

/** What arrived, by kind; and which server was sent a refresh token or a code of another one. */
function tally({ exchanges }: World): Tally {
  const kinds: Record<string, number> = {};
  const crossed: string[] = [];
  for (const { request, answer } of exchanges) {
    const kind = `${request.at} ${request.method} ${request.path}`;
    kinds[kind] = (kinds[kind] ?? 0) + 1;
    const isMetadata = request.path.startsWith('/.well-known/');
    if (!isMetadata && request.at !== 'resource' && isOfOther(request.at, request)) crossed.push(kind);
    if (answer.status === 200 && request.at === 'resource' && !isMetadata)
      kinds['answered'] = (kinds['answered'] ?? 0) + 1;
  }
  return { kinds, crossed, all: exchanges.length };
}

function isOfOther(at: Place, { form, query, headers }: Received): boolean {
  const other = at === 'a' ? 'b' : 'a';
  const texts = [...form.values(), ...query.values(), headers['authorization'] ?? ''];
  return texts.some((text) => new RegExp(`(?:access|refresh|code|client)-${other}-`).test(text));
}

/** What goes wrong, by name. */
const faults: Readonly<Record<string, () => void>> = {
  'refresh 503': () =>
    world.script('a POST /token', ({ form }) =>
      form.get('grant_type') === 'refresh_token' ? { status: 503 } : undefined,
    ),
  invalid_grant: () =>
    world.script('a POST /token', ({ form }) =>
      form.get('grant_type') === 'refresh_token'
        ? { status: 400, body: { error: 'invalid_grant' } }
        : undefined,
    ),
  'no PKCE': () => delete world.documents.a['code_challenge_methods_supported'],
  'hostile pointer': () => {
    world.pointer = 'http://169.254.169.254/latest/meta-data';
  },
  'dead first server': () => {
    world.documents.resource['authorization_servers'] = ['http://127.0.0.1:9', world.origins.a];
  },
  outage: () => world.script('resource POST /mcp', () => ({ status: 503 })),
  'always 401': () => {
    const challenge = `Bearer resource_metadata="${world.pointer}", error="invalid_token"`;
    world.script('resource POST /mcp', () => ({ status: 401, headers: { 'www-authenticate': challenge } }));
  },
  'OIDC only': () => {
    const issuer = `${world.origins.a}/tenant`;
    const document = {
      ...world.documents.a,
      issuer,
      jwks_uri: `${world.origins.a}/jwks`,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    };
    world.documents.a['issuer'] = issuer;
    world.documents.resource['authorization_servers'] = [issuer];
    world.script('a GET /tenant/.well-known/openid-configuration', () => ({ body: document }));
  },
};

async function obey(order: Order): Promise<Reply> {
  if (order.do === 'reset') reset(world);
  if (order.do === 'delay') delay = order.ms;
  if (order.do === 'lifetime') world.expiresIn = order.seconds;
  if (order.do === 'blind') blind = true;
  if (order.do === 'expire') world.expireAccessTokens();
  if (order.do === 'move') world.moveTo('b');
  if (order.do === 'need') world.needs = () => order.scope;
  if (order.do === 'fault') faults[order.name]?.();
  if (order.do === 'forget requests') [world.received.length, world.exchanges.length] = [0, 0];
  return { resource: world.resource, tally: tally(world) };
}

process.on('message', (message: { readonly id: number; readonly order: Order }) => {
  void obey(message.order).then((reply) => process.send?.({ id: message.id, reply }));
});
process.on('disconnect', () => process.exit());
process.send?.({ id: 0, reply: await obey({ do: 'tell' }) });
