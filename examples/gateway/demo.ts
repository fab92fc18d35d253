// `npm run example:gateway`: three replicas with one PostgreSQL or Redis, and two people who log in. It ends by itself.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { headlessUserAgent } from '../../adapters/node.ts';
import { type Exchange, type Playground, startPlayground } from '../../playground/playground.ts';
import { type Front, startFront } from './front.ts';

/** The time for the whole demo, in milliseconds. */
const DEADLINE = 60_000;
const REPLICA = fileURLToPath(new URL('./replica.ts', import.meta.url));

/** Each names a store: see `store.ts`. */
const STORES = ['DATABASE_URL', 'REDIS_URL', 'REDIS_CLUSTER', 'REDIS_SENTINELS'];

interface Replica {
  readonly process: ChildProcess;
  readonly port: number;
}

async function startReplica(resource: string, origin: string): Promise<Replica> {
  const env = { ...process.env, RESOURCE: resource, ORIGIN: origin };
  const child = fork(REPLICA, { env, execArgv: ['--import', 'tsx'] });
  const [port] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])]);
  if (typeof port !== 'number') throw new Error('A replica ended before it was ready.');
  return { process: child, port };
}

/** The browser of a person, with a cookie that names the person. */
class Person {
  readonly #name: string;
  readonly #origin: string;

  constructor(name: string, { origin }: Front) {
    this.#name = name;
    this.#origin = origin;
  }

  ask(method: string, path: string, body?: string): Promise<Response> {
    const headers = { cookie: `person=${this.#name}`, 'content-type': 'application/json', accept: ACCEPT };
    return fetch(new URL(path, this.#origin), {
      method,
      headers,
      redirect: 'manual',
      ...(body !== undefined && { body }),
    });
  }

  async call(tool: string): Promise<number> {
    const answer = await this.ask('POST', '/mcp', toolCall(tool));
    await answer.text();
    return answer.status;
  }

  /** Follows the redirect of the gateway, and gives consent. @returns the address of the server's redirect. */
  async consent(): Promise<string> {
    const { headers } = await this.ask('GET', '/login');
    const url = headers.get('location') ?? '';
    const { searchParams } = new URL(url);
    const request = {
      session: { resource: '', subject: this.#name, label: '' },
      url,
      redirectUri: searchParams.get('redirect_uri') ?? '',
      state: searchParams.get('state') ?? '',
      issuer: new URL(url).origin,
      signal: AbortSignal.timeout(DEADLINE),
    };
    const browser = headlessUserAgent({ redirectUri: request.redirectUri });
    await browser.present(request);
    return browser.receive(request);
  }

  /** Visits the callback of the gateway. @returns the status of its answer. */
  async visitCallback(callback: string): Promise<number> {
    const answer = await this.ask('GET', new URL(callback).pathname + new URL(callback).search);
    await answer.text();
    return answer.status;
  }
}

const ACCEPT = 'application/json, text/event-stream';

function toolCall(name: string): string {
  const params = { name, arguments: { name: 'hello', text: 'Hello again.' } };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
}

async function exitOf(replica: Replica | undefined): Promise<number | null> {
  if (replica && replica.process.exitCode === null && replica.process.signalCode === null)
    await once(replica.process, 'exit');
  return replica?.process.exitCode ?? null;
}

/** Waits until the balancer passes requests to so many. */
async function untilHealthy(front: Front, replicas: number): Promise<void> {
  while (front.healthy.length !== replicas) await sleep(50);
}

let failed = 0;
function claim(what: string, isSo: boolean): void {
  console.log(`${isSo ? '✓' : '✗'} ${what}`);
  if (!isSo) failed += 1;
}

async function runDemo(world: Playground, front: Front, replicas: readonly Replica[]): Promise<void> {
  const [alice, bob, mallory] = ['alice', 'bob', 'mallory'].map((name) => new Person(name, front)) as [
    Person,
    Person,
    Person,
  ];
  const sent = (grant: string): readonly Exchange[] =>
    world.exchanges.filter(({ path, body }) => path === '/token' && body.includes(`grant_type=${grant}`));

  claim(
    'A person who is not logged in gets the address of the login.',
    (await alice.call('read_note')) === 401,
  );
  const callback = await alice.consent();
  claim(
    'A person cannot finish the login of another person.',
    (await mallory.visitCallback(callback)) === 403,
  );
  const answers = [
    await alice.visitCallback(callback),
    await alice.call('read_note'),
    await alice.call('read_note'),
  ];
  claim(
    'One replica starts a login, another one finishes it, and all use it.',
    answers.join() === '200,200,200',
  );
  await bob.visitCallback(await bob.consent());
  claim('Each person has a grant of their own.', sent('authorization_code').length === 2);

  world.expireAccessTokens();
  const calls = await Promise.all(Array.from({ length: 12 }, () => alice.call('read_note')));
  claim(
    'Twelve calls at the same time, over all replicas, cause one refresh.',
    calls.every((status) => status === 200) && sent('refresh_token').length === 1,
  );

  const [first, second] = replicas;
  second?.process.kill('SIGTERM');
  const meanwhile = await Promise.all(Array.from({ length: 12 }, () => alice.call('read_note')));
  claim(
    'A replica that is told to end finishes its requests, and nobody notices.',
    meanwhile.every((status) => status === 200) && (await exitOf(second)) === 0,
  );
  first?.process.kill('SIGKILL');
  await exitOf(first);
  await untilHealthy(front, 1);
  claim('When another one is killed, the last one continues.', (await bob.call('read_note')) === 200);
  await alice.ask('POST', '/logout');
  claim(
    'A logout ends the login of that person only.',
    (await alice.call('read_note')) === 401 && (await bob.call('read_note')) === 200,
  );
}

async function main(): Promise<void> {
  if (!STORES.some((name) => process.env[name])) {
    console.error(`Set DATABASE_URL (postgres://…), REDIS_URL (redis://…), or addresses (host:port host:port) as
REDIS_CLUSTER or REDIS_SENTINELS. The replicas share it.`);
    process.exitCode = 2;
    return;
  }
  setTimeout(() => {
    console.error(`Not done within ${DEADLINE / 1000} seconds.`);
    process.exit(1);
  }, DEADLINE).unref();
  const [world, front] = await Promise.all([startPlayground(), startFront()]);
  const replicas = await Promise.all([0, 1, 2].map(() => startReplica(world.resource, front.origin)));
  try {
    front.replicas = replicas.map(({ port }) => port);
    await untilHealthy(front, replicas.length);
    await runDemo(world, front, replicas);
  } finally {
    for (const replica of replicas) replica.process.kill();
    front.close();
    await world.close();
  }
  if (failed > 0) process.exitCode = 1;
}

await main();
