// The side of the host: standard input and output. It ends when the host does, by whatever sign comes first.
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import type { Interruption } from '../interruption.ts';

/** The longest message of a host, in bytes. */
const LONGEST = 32 * 1024 * 1024;

/** How often it is looked whether the process that started this one is still there, in milliseconds. */
const LOOK = 2000;

/** The host. */
export interface HostSide {
  readonly transport: StdioServerTransport;
  /** Resolves when the host is gone, or has told the process to end. */
  readonly gone: Promise<void>;
  /** Ends the waiting for `gone`. */
  stop(): void;
}

/** Makes the side of the host, not started. @param over Resolves when all is closed: a signal waits for it. */
export function hostSide(interruption: Interruption, over: Promise<unknown>): HostSide {
  const transport = new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: LONGEST });
  const parent = process.ppid;
  let watch: ReturnType<typeof setInterval> | undefined;
  const gone = new Promise<void>((resolve) => {
    transport.onclose = resolve;
    interruption.onEnd(() => {
      resolve();
      return over;
    });
    // A host that was killed may leave standard input open, where other programs have it, too.
    watch = setInterval(() => process.ppid !== parent && resolve(), LOOK);
  });
  return { transport, gone, stop: () => clearInterval(watch) };
}
