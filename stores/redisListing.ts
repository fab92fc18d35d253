// Names of keys in Redis by how they start: of one server, or of all masters of a cluster.
import { refuse } from '../contract/errors.ts';
import type { RedisClient, RedisNode } from './redisClient.ts';

/** Keys are asked for by SCAN in steps of about so many. */
const STEP = 1000;
/** Slots of a cluster: each key is in one of them. */
const SLOTS = 16_384;

/**
 * Each name once.
 * @throws AuthError `store_failed` where not all masters of a cluster are known: some names would be missing.
 */
export async function namesIn(redis: RedisClient, start: string): Promise<ReadonlySet<string>> {
  // SCAN may name a key twice; so may two nodes while a slot moves from one to the other.
  const found = new Set<string>();
  for (const node of await scanned(redis, start)) {
    for await (const names of scan(node, start)) for (const name of names) found.add(name);
  }
  return found;
}

async function scanned(redis: RedisClient, start: string): Promise<readonly Pick<RedisClient, 'scan'>[]> {
  if (!redis.isCluster) return [redis];
  // Whatever it is: the client knows its nodes once it has asked one of them.
  await redis.hmget(start, 'version');
  const nodes = redis.nodes?.('master') ?? [];
  const slots = await Promise.all(nodes.map(slotsOf));
  // A node that is not known yet, or one that is no master any more.
  if (slots.reduce((all, some) => all + some, 0) !== SLOTS) {
    const why = 'the client does not know all masters of the cluster, as in a failover';
    refuse('store_failed', 'storing', `The records in Redis could not be listed: ${why}; try again.`, {
      recovery: 'retry-later',
    });
  }
  return nodes;
}

/** How many slots a node holds by its own word: none where it is a replica. */
async function slotsOf(node: RedisNode): Promise<number> {
  const lines = String(await node.cluster('NODES')).split('\n');
  const [, , flags = '', , , , , , ...ranges] =
    lines.find((line) => line.includes('myself'))?.split(' ') ?? [];
  if (!flags.includes('master')) return 0;
  return ranges.reduce((all, range) => all + lengthOf(range), 0);
}

/** `5`, `0-5460`; slots that move are named in brackets as well, and counted already. */
function lengthOf(range: string): number {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
  return first === undefined ? 0 : Number(last) - Number(first) + 1;
}

async function* scan(
  node: Pick<RedisClient, 'scan'>,
  start: string,
): AsyncGenerator<readonly string[], void, void> {
  const pattern = `${start.replace(/[\\*?[\]^]/g, '\\$&')}*`;
  let cursor = '0';
  do {
    const [next, names] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', STEP);
    yield names;
    cursor = next;
  } while (cursor !== '0');
}
