// The two channels: results on standard output, everything else on standard error.

import type { Failure } from '../contract/errors.ts';
import type { Progress } from '../engine/observe.ts';
import { sentenceOf } from './failures.ts';
import { progressLines } from './progress.ts';

export interface OutputOptions {
  /** The result, or the error, is one JSON document. */
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

export interface Printer {
  /** @param text for people; ends without a line break. */
  result(document: unknown, text: string): void;
  /** A remark, which `--quiet` silences. */
  note(text: string): void;
  /** What a person must see to go on: never silenced. */
  ask(text: string): void;
  readonly progress: (progress: Progress) => void;
  /** One sentence on standard error; with `json` the whole failure on standard output too. */
  failure(of: Failure, url?: string): void;
  /** The same without standard output, for a command that has its own document there. */
  complaint(sentence: string): void;
}

export function createPrinter({ json = false, quiet = false, verbose = false }: OutputOptions): Printer {
  const colourful = process.stderr.isTTY === true && !process.env['NO_COLOR'];
  const dim = (text: string) => (colourful && text !== '' ? `\u001b[2m${text}\u001b[22m` : text);
  const red = (text: string) => (colourful ? `\u001b[31m${text}\u001b[39m` : text);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const document = (value: unknown): void =>
    void process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  const complaint = (sentence: string) => say(`${red('authchart:')} ${sentence}`);
  return {
    result: (value, text) => (json ? document(value) : void process.stdout.write(`${text}\n`)),
    note: (text) => (quiet ? undefined : say(text)),
    ask: say,
    progress: quiet ? () => {} : progressLines({ verbose, write: say, dim }),
    complaint,
    failure(of, url) {
      const message = sentenceOf(of, url);
      if (json) document({ error: { ...of, message } });
      complaint(message);
    },
  };
}
