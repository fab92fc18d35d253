// The scripted world behind TLS, under names that only a proxy knows: `mcp.test`, `a.test` and `b.test`.
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { ServerCertificate } from './certificates.ts';
import { type Place, startWorld, type World } from './world.ts';

const hosts: Readonly<Record<Place, string>> = { resource: 'mcp.test', a: 'a.test', b: 'b.test' };

export interface SecureWorld {
  readonly world: World;
  /** Where the names lead on this machine, for a proxy. */
  readonly names: Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Starts the world, with a TLS server before each of its three. @param certificateOf one for each. */
export async function startSecureWorld(
  certificateOf: (place: Place) => ServerCertificate,
): Promise<SecureWorld> {
  const world = await startWorld();
  const fronts = await Promise.all(
    (['resource', 'a', 'b'] as const).map(async (place) => {
      const port = Number(new URL(world.origins[place]).port);
      const front = await startFront(certificateOf(place), port);
      rename(world, world.origins[place], `https://${hosts[place]}`);
      return [`${hosts[place]}:443`, front] as const;
    }),
  );
  return {
    world,
    names: Object.fromEntries(fronts.map(([name, { port }]) => [name, port])),
    async close() {
      await Promise.all([world.close(), ...fronts.map(([, front]) => front.close())]);
    },
  };
}

/** All that the world says of itself has the new origin. */
function rename(world: World, before: string, after: string): void {
  const renamed = <Of>(of: Of): Of => JSON.parse(JSON.stringify(of).replaceAll(before, after));
  Object.assign(world.origins, renamed(world.origins));
  Object.assign(world.documents, renamed(world.documents));
  world.pointer = renamed(world.pointer);
}

async function startFront(certificate: ServerCertificate, behind: number) {
  const sockets = new Set<Socket>();
  const server = createServer(certificate, (near) => {
    const far = connect(behind, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => near.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
