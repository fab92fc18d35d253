// The servers of a soak, in a process of their own: correct ones, which misbehave at random and forget what they issued.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Received, startWorld } from '../support/world.ts';

/** How often a request is answered wrongly. */
const WRONG = 0.12;
/** How often all access tokens run out, in milliseconds; at every fifth time, refresh tokens do so, too. */
const EXPIRY = 3_000;
/** As much of what was received is kept, in requests. */
const KEPT = 1_000;

type Misbehaviour = (request: Received) => Promise<Answer | undefined> | Answer | undefined;

const misbehaviours: readonly Misbehaviour[] = [
  () => ({ status: 503 }),
  () => ({ status: 503, headers: { 'retry-after': '1' } }),
  () => ({ status: 429 }),
  () => ({ status: 500, body: 'no' }),
  () => ({ cut: true }),
  () => ({ status: 401 }),
  () => ({
    status: 403,
    headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="write"' },
  }),
  () => ({ status: 401, headers: { 'www-authenticate': 'Bearer realm="' } }),
  () => ({ headers: { 'content-type': 'text/html' }, body: '<html></html>' }),
  () => ({ headers: { 'content-type': 'application/json' }, body: '{"__proto__":{"x":1},"error":' }),
  () => ({ headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(2_000_000)}"` }),
  () => ({ status: 307, headers: { location: 'http://127.0.0.1:9/elsewhere' } }),
  () => ({ body: { error: 'temporarily_unavailable' } }),
  ({ path }) => (path === '/token' ? { status: 400, body: { error: 'invalid_grant' } } : undefined),
  ({ path }) => (path === '/token' ? { status: 401, body: { error: 'invalid_client' } } : undefined),
  async () => {
    await sleep(Math.random() * 400);
    return undefined;
  },
];

const world = await startWorld();
const { answer } = world;
world.answer = async (request) => {
  if (world.received.length > KEPT) world.received.length = 0;
  if (world.exchanges.length > KEPT) world.exchanges.length = 0;
  const misbehave = misbehaviours[Math.floor(Math.random() * misbehaviours.length)];
  const wrong = Math.random() < WRONG ? await misbehave?.(request) : undefined;
  return wrong ?? answer.call(world, request);
};
let times = 0;
setInterval(() => {
  times += 1;
  world.expireAccessTokens();
  if (times % 5 === 0) world.refreshTokens.clear();
  world.codes.clear();
}, EXPIRY);
process.on('disconnect', () => process.exit(0));
process.send?.(world.resource);
