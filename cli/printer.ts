// Prints results on standard output, and everything else on standard error.

import type { Failure } from '../contract/errors.ts';
import type { Progress } from '../engine/observe.ts';
import { messageOf } from './failures.ts';
import type { StoreOptions } from './options.ts';
import { progressLines } from './progress.ts';

/** What is printed, and how. */
export interface OutputOptions {
  /** Print the result, or the error, as one JSON document. */
  readonly json?: boolean;
  /** Print no progress. */
  readonly quiet?: boolean;
  /** Print every state. */
  readonly verbose?: boolean;
}

/** Prints for one command. */
export interface Printer {
  /** Prints the result. @param text The result for people, without a line break at its end. */
  result(document: unknown, text: string): void;
  /** Prints a remark, except with `--quiet`. */
  note(text: string): void;
  /** Prints what a person has to see to go on, also with `--quiet`. */
  ask(text: string): void;
  /** Prints a line of progress, except with `--quiet`. */
  readonly progress: (progress: Progress) => void;
  /** Prints the message of a failure. With `json` it also prints the whole failure on standard output. */
  failure(of: Failure, url?: string): void;
  /** Prints a message only, for a command that prints a document of its own. */
  complaint(message: string): void;
}

/** Makes the printer of one command. Its advice is for the login that the flags name. */
export function createPrinter(flags: OutputOptions & StoreOptions): Printer {
  const { json = false, quiet = false, verbose = false } = flags;
  const colourful = process.stderr.isTTY === true && !process.env['NO_COLOR'];
  const dim = (text: string) => (colourful && text !== '' ? `\u001b[2m${text}\u001b[22m` : text);
  const red = (text: string) => (colourful ? `\u001b[31m${text}\u001b[39m` : text);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const document = (value: unknown): void =>
    void process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  const complaint = (message: string) => say(`${red('authchart:')} ${message}`);
  return {
    result: (value, text) => (json ? document(value) : void process.stdout.write(`${text}\n`)),
    note: (text) => (quiet ? undefined : say(text)),
    ask: say,
    progress: quiet ? () => {} : progressLines({ verbose, write: say, dim }),
    complaint,
    failure(of, url) {
      const message = messageOf(of, url, flags);
      if (json) document({ error: { ...of, message } });
      complaint(message);
    },
  };
}
