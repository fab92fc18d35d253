// The world of the measurements, as the process that measures sees it.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Order, Reply, Tally } from './orders.ts';

/** One resource and two authorization servers, in a process of their own. */
export interface RemoteWorld {
  readonly resource: string;
  /** @returns what has arrived so far. */
  order(order: Order): Promise<Tally>;
  close(): void;
}

/** Starts it. */
export async function startRemoteWorld(): Promise<RemoteWorld> {
  const child = fork(fileURLToPath(new URL('process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  let last = 0;
  const answerTo = (id: number): Promise<Reply> => new Promise((resolve) => waiting.set(id, resolve));
  child.on('message', ({ id, reply }: { readonly id: number; readonly reply: Reply }) => {
    waiting.get(id)?.(reply);
    waiting.delete(id);
  });
  const { resource } = await answerTo(0);
  return {
    resource,
    async order(order) {
      last += 1;
      child.send({ id: last, order });
      return (await answerTo(last)).tally;
    },
    close: () => child.disconnect(),
  };
}
