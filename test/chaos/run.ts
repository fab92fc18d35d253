// `npm run chaos`: three replicas of the gateway's example, a database, and users, while everything fails in turn by a plan.
// Ends with 0 when no rule was broken, with 1 when one was, and with 2 when it was told what it cannot do.
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startFront } from '../../examples/gateway/front.ts';
import { conduct } from './conductor.ts';
import { type Database, startDatabase } from './database.ts';
import { bundle, Fleet, freePort } from './fleet.ts';
import { differences, type Line, openJournal } from './journal.ts';
import { Judge } from './judge.ts';
import { People } from './people.ts';
import { REPLICAS } from './plan.ts';
import { type Figures, report } from './report.ts';
import { seedRecords } from './seeding.ts';
import { startServers } from './servers.ts';
import { type Asked, read, USAGE } from './settings.ts';
import { userOf } from './tokens.ts';
import { extractTraces } from './traces.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** How often a line is printed, in milliseconds. */
const OFTEN = 5_000;
/** Traces of so many users are kept, of those of whom a rule was broken. */
const MOST_TRACED = 5;
/** They are taken so long after it, in milliseconds. */
const TRACED_AFTER = 5_000;

type Stop = () => unknown;

async function run({ settings, plan, before, out }: Asked, folder: string, stops: Stop[]): Promise<boolean> {
  const { users, fresh, together, sweep, home, minutes, plant, seed } = settings;
  const started = performance.now();
  const path = join(out, 'run.ndjson');
  const [write, journal] = [openJournal(path), [] as Line[]];
  const note = (line: Line): void => {
    journal.push(line);
    write(line);
  };
  let begun = Date.now();
  const at = (): number => Date.now() - begun;
  note({ kind: 'run', settings, plan: [...plan] });
  const say = (text: string): void =>
    console.log(`${Math.round((performance.now() - started) / 1000)} s: ${text}`);
  const judge = new Judge((broken) => {
    if (judge.broken.length <= 20) say(`BROKEN: ${broken.rule}, ${broken.user}: ${broken.why}`);
    note({ kind: 'broken', at: at(), ...broken });
    // Soon, since traces are written over by later ones; and with what comes of it.
    if (broken.user === '' || tracing.size >= MOST_TRACED || tracing.has(broken.user)) return;
    tracing.set(
      broken.user,
      sleep(TRACED_AFTER).then(() => extractTraces(traces, [broken.user], out)),
    );
  });
  const traces = join(folder, 'traces');
  const tracing = new Map<string, Promise<readonly string[]>>();

  say(
    `${users} users on ${home}, seed ${seed}, ${plan.length} events in ${minutes} min; the journal is ${path}`,
  );
  const programs = await bundle(join(ROOT, '.cache/chaos'));
  const database = await startDatabase(home, folder);
  stops.push(() => database.stop());
  const servers = await startServers(programs.world, judge, ({ user }, reason) => {
    if (reason !== 'first') note({ kind: 'page', at: at(), user, reason });
  });
  stops.push(() => servers.close());
  const ports = await Promise.all(Array.from({ length: REPLICAS }, freePort));
  const front = await startFront();
  stops.push(() => front.close());
  await mkdir(traces);
  const env = { ...database.env, RESOURCE: servers.resource, ORIGIN: front.origin, PLANT: plant ?? '' };
  const fleet = new Fleet({ program: programs.replica, ports, env, trace: join(traces, 'replica') });
  stops.push(() => fleet.close());
  await Promise.all(ports.map((_, replica) => fleet.start(replica)));
  front.replicas = ports;
  const onSlow = (slow: Omit<Extract<Line, { kind: 'slow' }>, 'kind' | 'at'>): void =>
    note({ kind: 'slow', at: at(), ...slow });
  const people = new People({ origin: front.origin, seed, users, seeded: users - fresh, judge, onSlow });

  await people.logIn(0);
  await seedAll(database, users - fresh, say, servers);
  const bytesPerUser = (await database.bytes()) / (users - fresh);
  let last = 'nothing yet';
  const watching = setInterval(() => {
    const { visits, calls } = people.counts;
    const up = `${front.healthy.length} of ${REPLICAS} replicas`;
    say(`${visits} visits, ${calls} calls, ${up}, ${judge.broken.length} rules broken; last: ${last}`);
  }, OFTEN);
  stops.push(() => clearInterval(watching));
  // Stopped first: nobody is judged by what is torn down around them.
  stops.push(() => judge.close());

  begun = Date.now();
  const ending = AbortSignal.timeout(minutes * 60_000);
  const onEvent: Parameters<typeof conduct>[1]['onEvent'] = (event, words) => {
    last = words;
    note({ kind: 'chaos', at: at(), event });
  };
  const stage = { fleet, database, servers, people, judge, onEvent };
  await Promise.all([people.live(together, ending), conduct(plan, stage, ending)]);
  const chaosSeconds = (performance.now() - started) / 1000;
  last = 'the chaos is over; everybody calls once more';
  while (front.healthy.length < REPLICAS) await sleep(200);
  const wereHere = people.wereHere;
  await people.callAll(sweep, together, (done) => say(`${done} of ${sweep} users have called once more`));
  for (let crash = 0; crash < fleet.crashes; crash += 1)
    judge.break('a replica crashed', '', 'A replica ended by itself.');

  const { renewals } = await servers.order({ do: 'count' });
  const figures: Figures = {
    settings,
    events: plan.length,
    wereHere,
    renewals,
    ...people.counts,
    pages: Object.fromEntries(judge.pages),
    broken: judge.broken,
    memory: await fleet.memory(),
    bytes: await database.bytes(),
    bytesPerUser: Math.round(bytesPerUser),
    said: Object.fromEntries(fleet.said),
    chaosSeconds: Math.round(chaosSeconds),
    seconds: Math.round((performance.now() - started) / 1000),
  };
  const files = (await Promise.all(tracing.values())).flat();
  for (const file of files) console.log(`The trace of a failure: authchart inspect ${file}`);
  if (before) {
    const found = differences(before, journal);
    for (const one of found) console.log(`Differs: ${one}`);
    if (found.length === 0)
      console.log('The same events in the same order, and the same rules were broken as often.');
  }
  const line = report(figures);
  await writeFile(
    join(dirname(out), `${before ? 'chaos-replay' : 'chaos'}.json`),
    `${JSON.stringify({ line, ...figures }, null, 2)}\n`,
  );
  console.log(line);
  return judge.broken.length === 0;
}

/** Users who were here before: their records in the store, and their tokens at the servers. */
async function seedAll(
  database: Database,
  to: number,
  say: (text: string) => void,
  servers: Awaited<ReturnType<typeof startServers>>,
): Promise<void> {
  const now = Date.now();
  const started = performance.now();
  await servers.order({ do: 'seed', from: 1, to, now });
  await seedRecords(database.store, userOf(0), { from: 1, to, now }, (done) =>
    say(`${done} users have records`),
  );
  say(
    `${to} users logged in before; their records took ${Math.round((performance.now() - started) / 1000)} s`,
  );
}

async function main(): Promise<number> {
  let asked: Asked;
  try {
    asked = read(process.argv.slice(2), join(ROOT, 'reports/chaos'));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const folder = await mkdtemp(join(tmpdir(), 'authchart-chaos-'));
  // The database runs as another user when this is root.
  await chmod(folder, 0o711);
  const stops: Stop[] = [];
  const clean = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => void clean().finally(() => process.exit(130)));
  try {
    return (await run(asked, folder, stops)) ? 0 : 1;
  } finally {
    await clean();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
