// The side of the host: standard input and output. It ends when the host does, by whatever sign comes first.
import { type JSONRPCMessage, serializeMessage } from '@modelcontextprotocol/client';
import type { Interruption } from '../interruption.ts';
import { readMessage } from './hostMessages.ts';
import { lineReader } from './lines.ts';

/** The longest message of a host, in bytes. */
const LONGEST = 32 * 1024 * 1024;

/** How often it is looked whether the process that started this one is still there, in milliseconds. */
const LOOK = 2000;

/** The host. */
export interface HostSide {
  /** Set by the relay before the start. */
  onmessage: (message: JSONRPCMessage) => void;
  /** Writes a message. @throws what the system says when nobody reads it. */
  send(message: JSONRPCMessage): Promise<void>;
  /** Begins to read. */
  start(): void;
  /** Resolves when the host is gone, or has told the process to end. */
  readonly gone: Promise<void>;
  /** Ends the reading, and the waiting for `gone`. */
  stop(): void;
}

/**
 * Makes the side of the host, not started.
 * @param over Resolves when all is closed: a signal waits for it.
 * @param onComplaint Told in a sentence what the host did wrongly.
 */
export function hostSide(
  interruption: Interruption,
  over: Promise<unknown>,
  onComplaint: (sentence: string) => void,
): HostSide {
  const { stdin, stdout } = process;
  const parent = process.ppid;
  const lines = lineReader(LONGEST);
  let leave = (): void => {};
  const gone = new Promise<void>((resolve) => {
    leave = resolve;
  });
  interruption.onEnd(() => {
    leave();
    return over;
  });
  // A host that was killed may leave standard input open, where other programs have it, too.
  const watch = setInterval(() => process.ppid !== parent && leave(), LOOK);

  function hear(line: string): void {
    if (line.trim() === '') return;
    const read = readMessage(line);
    if (read.kind === 'message') {
      side.onmessage(read.message);
      return;
    }
    onComplaint(read.complaint);
    // Where nobody reads any more, the end has come anyway.
    if (read.answer) stdout.write(`${JSON.stringify(read.answer)}\n`);
  }

  function take(piece: Buffer): void {
    const ended = lines.read(piece);
    if (ended) return void ended.forEach(hear);
    onComplaint('The host sent a message of more than 32 MB, so the proxy ends.');
    side.stop();
    leave();
  }

  const side: HostSide = {
    onmessage: () => {},
    send: (message) =>
      new Promise((resolve, reject) => {
        stdout.write(serializeMessage(message), (failed) => (failed ? reject(failed) : resolve()));
      }),
    start() {
      stdin.on('data', take);
      if (stdin.readableEnded || stdin.destroyed) leave();
      for (const sign of ['end', 'close', 'error']) stdin.once(sign, leave);
    },
    gone,
    stop() {
      clearInterval(watch);
      stdin.off('data', take).pause();
    },
  };
  return side;
}
