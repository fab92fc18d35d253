// `npm run bench`: measures this client beside the MCP SDK's and plain fetch, in one run. It ends with one line and
// `reports/bench.json`, and exits with 1 when something costs more than it may. `--quick` measures less, and judges only
// what hardly depends on the machine. What takes minutes is measured only where it is named: `--only scale`.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { drawCharts } from './charts.ts';
import type { Check, Findings } from './measure.ts';
import { authchart, mcpSdk } from './peers.ts';
import { checkLine, tableOf } from './report.ts';
import { changes } from './sections/changes.ts';
import { coldLogin } from './sections/coldLogin.ts';
import { faults } from './sections/faults.ts';
import { firstLogin } from './sections/firstLogin.ts';
import { folder } from './sections/folder.ts';
import { homes } from './sections/homes.ts';
import { hotPath } from './sections/hotPath.ts';
import { proxy } from './sections/proxy.ts';
import { rate } from './sections/rate.ts';
import { scale } from './sections/scale.ts';
import { sessions } from './sections/sessions.ts';
import { storm } from './sections/storm.ts';
import { testWorld } from './sections/testWorld.ts';
import { warmStart } from './sections/warmStart.ts';
import { weight } from './sections/weight.ts';
import { type RemoteWorld, startRemoteWorld } from './world/remote.ts';

/** What each section measures with. */
export interface Bench {
  readonly world: RemoteWorld;
  readonly isQuick: boolean;
  /** Of the section `scale`: grants of others, logins a second, and for how many seconds. */
  readonly size: { readonly grants: number; readonly rate: number; readonly seconds: number };
  /** Says how far it is. */
  say(what: string): void;
}

const sections: Readonly<Record<string, (bench: Bench) => Promise<Findings>>> = {
  weight,
  firstLogin,
  warmStart,
  coldLogin,
  hotPath,
  homes,
  storm,
  changes,
  sessions,
  rate,
  folder,
  faults,
  proxy,
  testWorld,
  scale,
};
/** These take minutes, so they are measured only where they are named. */
const onCommand: readonly string[] = ['scale'];

const root = new URL('../', import.meta.url);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      grants: { type: 'string', default: '1000000' },
      rate: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '60' },
    },
  });
  const names = values.only ?? Object.keys(sections).filter((name) => !onCommand.includes(name));
  const unknown = names.filter((name) => !Object.hasOwn(sections, name));
  if (unknown.length > 0) {
    console.error(
      `There is no section "${unknown.join(', ')}". There are ${Object.keys(sections).join(', ')}.`,
    );
    return 2;
  }
  const size = { grants: Number(values.grants), rate: Number(values.rate), seconds: Number(values.seconds) };
  if (Object.values(size).some((value) => !Number.isSafeInteger(value) || value < 1)) {
    console.error('--grants, --rate and --seconds are whole numbers from 1 on.');
    return 2;
  }
  const world = await startRemoteWorld();
  const found: Record<string, Findings> = {};
  for (const name of names) {
    const say = (what: string): void =>
      console.log(`${Math.round(performance.now() / 1000)} s  ${name}: ${what}`);
    found[name] = (await sections[name]?.({ world, isQuick: values.quick, size, say })) ?? {
      figures: [],
      checks: [],
    };
  }
  world.close();
  return conclude(found, values.quick);
}

async function conclude(found: Readonly<Record<string, Findings>>, isQuick: boolean): Promise<number> {
  const checks = Object.values(found).flatMap((one) => one.checks);
  const short = checks.filter((one) => !holds(one));
  console.log(`\n${tableOf(found)}\n`);
  for (const one of checks) console.log(`${holds(one) ? 'ok   ' : 'SHORT'} ${checkLine(one)}`);
  const about = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cores: cpus().length,
    processor: cpus()[0]?.model ?? '',
    peers: { authchart: authchart.version, sdk: `@modelcontextprotocol/client ${mcpSdk.version}` },
  };
  const line = `bench: ${checks.length - short.length} of ${checks.length} budgets held${isQuick ? ' (quick)' : ''}; ${Math.round(performance.now() / 1000)} s`;
  await mkdir(new URL('reports/', root), { recursive: true });
  const report = { line, ok: short.length === 0, isQuick, ...about, sections: found };
  await writeFile(new URL('reports/bench.json', root), `${JSON.stringify(report, null, 2)}\n`);
  if (!isQuick) await drawCharts(found, about);
  console.log(line);
  return short.length === 0 ? 0 : 1;
}

const holds = ({ found, most }: Check): boolean => found <= most;

process.exitCode = await main();
