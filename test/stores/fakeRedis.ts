// A Redis with just what the store uses: records, scripts by what they do, a channel; and connections that break.
import { EventEmitter } from 'node:events';
import type { RedisClient } from '../../stores/redis.ts';

interface Hash {
  readonly version: string;
  readonly text: string;
}

/** A server in memory. */
export class FakeRedis {
  readonly #hashes = new Map<string, Hash>();
  readonly #subscribers = new Set<FakeSubscriber>();
  /** Whether new connections are taken. */
  isUp = true;

  /** A client that reads and writes. */
  get client(): RedisClient {
    return {
      hmget: async (key, ...fields) => {
        const found = new Map<string, string>(Object.entries(this.#hashes.get(key) ?? {}));
        return fields.map((field) => found.get(field) ?? null);
      },
      eval: async (script, count, ...rest) => this.#run(script, rest.slice(0, count), rest.slice(count)),
      scan: async (cursor, _match, pattern) => this.#scan(cursor, pattern),
    };
  }

  #run(script: string, keys: readonly string[], values: readonly string[]): number {
    const [key = ''] = keys;
    const [channel = '', digest = '', version = '', text = '', before = ''] = values;
    const current = this.#hashes.get(key);
    const isWritten = script.includes("'HSET'");
    // What is set aside is written whatever is there.
    const isConditional = script.includes("'HGET'");
    const isThere = current?.version === version;
    const isExpected = isWritten ? isThere || (current ? `=${current.version}` : '') === before : isThere;
    if (isConditional && !isExpected) return 0;
    if (isWritten) this.#hashes.set(key, { version, text });
    else this.#hashes.delete(key);
    if (!script.includes("'PUBLISH'")) return 1;
    for (const subscriber of this.#subscribers) subscriber.hear(channel, digest);
    return 1;
  }

  /** In two steps, of which both name some keys, as a real one may. */
  #scan(cursor: string, pattern: string): readonly [string, readonly string[]] {
    const start = pattern.slice(0, -1).replace(/\\(.)/g, '$1');
    const keys = [...this.#hashes.keys()].filter((key) => key.startsWith(start));
    const half = Math.ceil(keys.length / 2);
    return cursor === '0' ? ['17', keys.slice(0, half)] : ['0', keys.slice(Math.max(0, half - 2))];
  }

  /** A connection that listens. */
  subscriber(): FakeSubscriber {
    return new FakeSubscriber(this, this.#subscribers);
  }

  /** All connections break. */
  goAway(): void {
    this.isUp = false;
    for (const subscriber of [...this.#subscribers]) subscriber.break();
  }

  comeBack(): void {
    this.isUp = true;
  }
}

/** As ioredis, without its queue: what is asked for while there is no server fails at once. */
export class FakeSubscriber extends EventEmitter {
  readonly #server: FakeRedis;
  readonly #here: Set<FakeSubscriber>;
  readonly #channels = new Set<string>();
  /** What it says when it is cut off; some say nothing. */
  farewell: string | undefined = 'close';
  asked = 0;

  constructor(server: FakeRedis, here: Set<FakeSubscriber>) {
    super();
    this.#server = server;
    this.#here = here;
  }

  async subscribe(channel: string): Promise<void> {
    this.asked += 1;
    if (!this.#server.isUp) throw new Error('Connection is closed.');
    this.#channels.add(channel);
    this.#here.add(this);
  }

  hear(channel: string, message: string): void {
    if (this.#channels.has(channel)) this.emit('message', channel, message);
  }

  break(): void {
    this.#here.delete(this);
    this.#channels.clear();
    if (this.farewell !== undefined) this.emit(this.farewell);
  }
}
