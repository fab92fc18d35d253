// The command `npm run torture:check`: every case passes our client and a plain one, and catches a plain one with one fault.
import { fileURLToPath } from 'node:url';
import { cases, casesNamed, type NamedCase } from '../../cli/torture/cases.ts';
import { canBeMade, isInside, runInside } from '../../cli/torture/network.ts';
import { type Outcome, runCases } from '../../cli/torture/runCases.ts';
import { faultFor } from './faults.ts';
import { buildClients, type ClientName } from './programs.ts';

/** How long a client may take, in milliseconds. */
const TIMEOUT = 30_000;
/** The broken ones hang where that is their fault. */
const BROKEN_TIMEOUT = 15_000;
const WORKERS = 2;

/** What is wrong with a case. */
export interface Objection {
  readonly id: string;
  readonly sentence: string;
}

/** @returns what is wrong with these cases. @param say receives a line for each case. */
export async function objectionsTo(
  named: readonly NamedCase[],
  say: (line: string) => void = () => {},
): Promise<readonly Objection[]> {
  const commandOf = await buildClients();
  const objections: Objection[] = [];
  const open = [...named];
  const play = async (one: NamedCase, client: ClientName, fault?: string): Promise<Outcome | undefined> => {
    const command = [...commandOf(client), ...(fault === undefined ? [] : [`--fault=${fault}`])];
    const timeout = fault === undefined ? TIMEOUT : BROKEN_TIMEOUT;
    // Whether a client keeps its login is known of these.
    return (await runCases([one], { command, timeout, workers: 1, keepsLogin: true }))[0];
  };
  const work = async (): Promise<void> => {
    for (let one = open.shift(); one !== undefined; one = open.shift()) {
      const fault = faultFor(one);
      const [ours, plain, broken] = [
        await play(one, 'client'),
        await play(one, 'naive'),
        await play(one, 'naive', fault),
      ];
      const { id } = one;
      const found = [
        ...(ours?.result === 'failed' ? [{ id, sentence: `Our client fails: ${ours.reason}` }] : []),
        ...(plain?.result === 'failed' ? [{ id, sentence: `The plain client fails: ${plain.reason}` }] : []),
        ...(broken?.result === 'passed'
          ? [{ id, sentence: `A client that has the fault "${fault}" passes.` }]
          : []),
      ];
      objections.push(...found);
      const isSkipped = ours?.result === 'skipped';
      say(
        `${isSkipped ? '-   ' : found.length === 0 ? 'ok  ' : 'FAIL'} ${id}: ${isSkipped ? ours.reason : `caught by "${fault}"`}`,
      );
      for (const { sentence } of found) say(`       ${sentence}`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  return objections;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!isInside() && canBeMade()) process.exit(await runInside());
  const started = performance.now();
  const named = casesNamed(process.argv.slice(2)) ?? cases;
  const objections = await objectionsTo(named, (line) => console.log(line));
  const bad = new Set(objections.map(({ id }) => id)).size;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(
    `torture:check ${named.length - bad}/${named.length} cases pass our client and catch a broken one; ${seconds} s`,
  );
  process.exit(bad === 0 ? 0 : 1);
}
