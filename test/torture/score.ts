// The command `npm run torture:score`: runs the clients that the page docs/torture.md speaks of, and writes their scores down.
import { readFile, writeFile } from 'node:fs/promises';
import { cases } from '../../cli/torture/cases.ts';
import { canBeMade, isInside, runInside } from '../../cli/torture/network.ts';
import { runCases } from '../../cli/torture/runCases.ts';
import { buildClients, type ClientName } from './programs.ts';

/** How long a client may take, in milliseconds: the default of the command. */
const TIMEOUT = 20_000;

/** A client, and what the page says of it. */
const scored: Readonly<Partial<Record<ClientName, string>>> = {
  client: 'this project’s client, with its files as store',
  sdk: 'the client of the MCP SDK, with a provider in memory',
  short: 'a client of 40 lines that does what works',
};

async function versionOf(name: string): Promise<string> {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')).version;
}

if (!isInside() && canBeMade()) process.exit(await runInside());
const commandOf = await buildClients();
const scores = [];
for (const [name, what] of Object.entries(scored) as [ClientName, string][]) {
  const outcomes = await runCases(cases, { command: commandOf(name), timeout: TIMEOUT, workers: 2 });
  const named = (result: string): readonly string[] =>
    outcomes.filter((one) => one.result === result).map((one) => one.case.id);
  const score = { passed: named('passed').length, failed: named('failed'), skipped: named('skipped').length };
  scores.push({ name, what, ...score });
  console.log(`${what}: ${score.passed}/${outcomes.length - score.skipped}, ${score.skipped} skipped`);
}
const report = {
  date: new Date().toISOString().slice(0, 10),
  sdk: await versionOf('@modelcontextprotocol/client'),
  node: process.version,
  scores,
};
await writeFile(new URL('scores.json', import.meta.url), `${JSON.stringify(report, undefined, 2)}\n`);
