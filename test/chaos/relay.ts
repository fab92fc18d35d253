// The network between the replicas and the database: it can be dropped.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Relay {
  readonly port: number;
  /** Closes what is open, and lets nothing through for so many milliseconds. */
  drop(lasts: number): void;
  close(): void;
}

/** @param target the port of the database on loopback. */
export async function startRelay(target: number): Promise<Relay> {
  const open = new Set<Socket>();
  let droppedUntil = 0;
  const server = createServer((near) => {
    if (Date.now() < droppedUntil) return void near.destroy();
    const far = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.setNoDelay(true);
      one.on('error', () => {});
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    drop(lasts) {
      droppedUntil = Date.now() + lasts;
      cut();
    },
    close() {
      cut();
      server.close();
    },
  };
}
