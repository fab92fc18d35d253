// A primary and a replica that is some milliseconds away, until the machine of the primary is lost with all that is on its way.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { startOne, until } from './redisServers.ts';

export interface FarReplica {
  readonly primary: string;
  readonly replica: string;
  /** The primary is gone, nothing that it had sent arrives any more, and the replica takes its place. */
  lose(): Promise<void>;
  stop(): Promise<void>;
}

/** @param delay of the way from one to the other, in milliseconds. */
export async function startFarReplica(folder: string, delay: number): Promise<FarReplica> {
  const primary = await startOne(folder, 'primary');
  const way = await startWay(primary.port, delay);
  const replica = await startOne(folder, 'replica', primary.password);
  await replica.admin.replicaof('127.0.0.1', way.port);
  await until(async () => (await replica.info('replication')).includes('master_link_status:up'));
  const urlOf = ({ port, password }: { readonly port: number; readonly password: string }): string =>
    `redis://:${password}@127.0.0.1:${port}`;
  return {
    primary: urlOf(primary),
    replica: urlOf(replica),
    async lose() {
      way.cut();
      primary.signal('SIGKILL');
      await replica.admin.replicaof('NO', 'ONE');
    },
    async stop() {
      way.cut();
      await Promise.all([primary.stop(), replica.stop()]);
    },
  };
}

interface Way {
  readonly port: number;
  cut(): void;
}

/** A connection that takes its time in both directions. */
async function startWay(to: number, delay: number): Promise<Way> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const pass = (from: Socket, on: Socket): void => {
    sockets.add(from);
    from.on('data', (bytes) => setTimeout(() => !isCut && on.write(bytes), delay));
    for (const event of ['end', 'error', 'close']) from.on(event, () => on.destroy());
  };
  const server = createServer((one) => {
    const other = connect(to, '127.0.0.1');
    pass(one, other);
    pass(other, one);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
