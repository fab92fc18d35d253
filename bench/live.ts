// Measures how smooth the live page is while its chart takes 100 transitions a second: the times between frames in a real
// Chromium. It ends with one line and `reports/live.json`, and exits with 1 when it is not smooth, and with 69
// (EX_UNAVAILABLE) without a Chromium.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { startLivePage } from '../adapters/live/livePage.ts';
import type { TraceFact } from '../contract/trace.ts';
import { startInspection } from '../playground/live/inspection.ts';
import { readFact } from '../protocol/trace.ts';
import { executable, startChromium } from '../test/browser/chromium.ts';

const RATE = 100;
/** How long to measure without and with transitions, in milliseconds. */
const [IDLE_TIME, BUSY_TIME] = [3_000, 10_000];
/** Two frames at 60 a second, in milliseconds. Nineteen of twenty frames have to come within this time. */
const SMOOTH = 34;

const root = new URL('../', import.meta.url);

interface Frames {
  readonly frames: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** How often the page did not react for more than 50 ms. */
  readonly longTasks: number;
  /** How long the main thread of the page worked, in milliseconds of each second. Waiting for a core is not counted. */
  readonly busy: number;
}

async function main(): Promise<number> {
  if (executable === undefined) {
    await conclude('live: NOT MEASURED: there is no `chromium` on the PATH.', { ok: false });
    return 69;
  }
  const html = await readFile(new URL('visualizations/generated/live.html', root), 'utf8');
  const facts = await recordedRun(html);
  const { url, tell, close } = await startLivePage({ html });
  const browser = await startChromium();
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.goto(url);
  for (const fact of facts) tell(fact);
  await page.waitForSelector('#events li');
  say(`repeating a run of ${facts.length} facts`);
  const idle = await measured(page, pause(IDLE_TIME));
  say(`idle: ${inWords(idle)}`);
  let taken = 0;
  const busy = await measured(
    page,
    replay(facts, (fact) => {
      taken += fact.kind === 'step' ? fact.arrows.length : 0;
      tell({ ...fact, at: Date.now() });
    }),
  );
  const rate = Math.round(taken / (BUSY_TIME / 1_000));
  const version = browser.version();
  await browser.close();
  await close();
  const ok = busy.p95 <= SMOOTH && rate >= RATE;
  const line = `live: ${rate} transitions a second for ${BUSY_TIME / 1_000} s: frames ${inWords(busy)}; idle ${inWords(idle)}`;
  await conclude(line, { ok, chromium: version, transitions: taken, rate, busy, idle });
  return ok ? 0 : 1;
}

/** Records logins, step-ups, a change of server and a refusal of three clients. All facts get one session, so that all are shown. */
async function recordedRun(html: string): Promise<readonly TraceFact[]> {
  const { url, clients, world, close } = await startInspection({ html });
  for (const { session } of clients) await session.login();
  for (const client of clients) await client.call('write_note');
  world.moveTo('b');
  for (const client of clients) await client.call('read_note');
  const { origin, hash } = new URL(url);
  const headers = { authorization: `Bearer ${hash.slice(1)}` };
  const { body } = await fetch(`${origin}/facts`, { headers });
  if (!body) throw new Error('There is no stream.');
  const lines = createInterface({ input: Readable.from(body) });
  const facts: TraceFact[] = [];
  lines.on('line', (line) => facts.push(...[readFact(line) ?? []].flat()));
  await pause(500);
  await close();
  const [first] = facts;
  return first === undefined ? [] : facts.map((fact) => ({ ...fact, session: first.session }));
}

/** Repeats the facts evenly, with so many transitions a second. */
async function replay(facts: readonly TraceFact[], tell: (fact: TraceFact) => void): Promise<void> {
  const began = performance.now();
  let [at, taken] = [0, 0];
  for (let passed = 0; passed < BUSY_TIME; passed = performance.now() - began) {
    while (taken < (passed * RATE) / 1_000 + 1) {
      const fact = facts[at % facts.length];
      at += 1;
      if (!fact) return;
      if (fact.kind === 'step') taken += fact.arrows.length;
      tell(fact);
    }
    await pause(1);
  }
}

/** Measures the times between the frames of the page while something runs. */
async function measured(page: Page, meanwhile: Promise<unknown>): Promise<Frames> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async (): Promise<number> => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  await page.evaluate(startMeasuring);
  const [before, began] = [await worked(), performance.now()];
  await meanwhile;
  const busy = Math.round(((await worked()) - before) / ((performance.now() - began) / 1_000_000));
  const { times, longTasks } = await page.evaluate(measuredSoFar);
  await devtools.detach();
  const sorted = times.toSorted((one, other) => one - other);
  const at = (part: number): number =>
    Math.round((sorted[Math.floor((sorted.length - 1) * part)] ?? 0) * 10) / 10;
  return { frames: times.length, p50: at(0.5), p95: at(0.95), max: at(1), longTasks, busy };
}

interface Measuring {
  readonly times: number[];
  longTasks: number;
}
declare const measuring: Measuring;

/** In the page: starts measuring. */
function startMeasuring(): void {
  const found: Measuring = { times: [], longTasks: 0 };
  Object.assign(globalThis, { measuring: found });
  new PerformanceObserver((list) => {
    found.longTasks += list.getEntries().length;
  }).observe({ type: 'longtask' });
  // A method, since tsx adds a helper to named functions, and the page does not have it.
  const clock = {
    last: performance.now(),
    next(now: number): void {
      found.times.push(now - clock.last);
      clock.last = now;
      requestAnimationFrame(clock.next);
    },
  };
  requestAnimationFrame(clock.next);
}

/** In the page: gives what was measured. */
const measuredSoFar = (): Measuring => ({ times: measuring.times, longTasks: measuring.longTasks });

const inWords = ({ p50, p95, max, busy }: Frames): string =>
  `p50 ${p50} ms, p95 ${p95} ms, max ${max} ms, main thread busy ${busy} ms a second`;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function conclude(line: string, figures: object): Promise<void> {
  say(line);
  await mkdir(new URL('reports/', root), { recursive: true });
  const report = { line, node: process.version, ...figures };
  await writeFile(new URL('reports/live.json', root), `${JSON.stringify(report, null, 2)}\n`);
}

process.exitCode = await main();
