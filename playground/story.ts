// `npm start`: the story of the chart, told against the playground; every claim in it is checked. Ends by itself.
import { mkdirSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TraceFile, traceFile } from '../adapters/node.ts';
import { allStates } from '../engine/states.ts';
import { AuthError } from '../index.ts';
import { describeExchange, type Exchange, type Playground, startPlayground } from './playground.ts';
import { coldLogin } from './story/chapters/coldLogin.ts';
import { logout } from './story/chapters/logout.ts';
import { move } from './story/chapters/move.ts';
import { preRegistered } from './story/chapters/preRegistered.ts';
import { renewal } from './story/chapters/renewal.ts';
import { restart } from './story/chapters/restart.ts';
import { stepUp } from './story/chapters/stepUp.ts';
import { at, carried, carriedIn, grants, isOfBrowser, minted, ofClient, secrets } from './story/evidence.ts';
import { Narrator, type RequestLine } from './story/narrator.ts';
import { type Stage, startClient } from './story/stage.ts';

/** Milliseconds for everything. */
const DEADLINE = 20_000;

/** Where the run is recorded: that of the last time is gone then. */
const REPORTS = fileURLToPath(new URL('../reports', import.meta.url));
const TRACE = 'story.ndjson';

const CHAPTERS = [coldLogin, stepUp, renewal, restart, move, preRegistered, logout];

const PREFACE = [
  'A client calls the tools of a resource. An authorization server says what it may do there. Here are two such servers, A and B, and a resource that can move from one to the other: three real servers on 127.0.0.1. The login of the client is a statechart: below is every state that it enters, and every request that it sends.',
  'Capitals name the requirements that a state serves: DISC discovery, REG registration, BIND binding to one server, AUTHZ the authorization request, SCOPE and STEP scopes and step-up, TOK tokens. A claim with ✓ was checked against what the servers recorded.',
  '» what the client does   « what it gets   * what changes around it',
];

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'authchart-story-'));
  // On every way out: the end, the deadline, Ctrl-C, a pipe that was closed.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  process.stdout.once('error', () => process.exit(1));
  const deadline = setTimeout(() => {
    console.log(`✗ Not done within ${DEADLINE / 1000} seconds.`);
    process.exit(1);
  }, DEADLINE);

  let hear = (_: Exchange): void => {};
  const world = await startPlayground({ onExchange: (exchange) => hear(exchange) });
  const narrator = createNarrator(world);
  hear = (exchange) => isOfBrowser(exchange) && narrator.request(hopOf(exchange));
  const trace = freshTrace();
  const setting = { world, narrator, folder, onTrace: trace.tell };
  const stage: Stage = { ...setting, client: startClient(setting) };
  try {
    await tellAll(stage);
  } finally {
    await stage.client.quit();
    await stage.preRegistered?.quit();
    trace.close();
    await world.close();
    clearTimeout(deadline);
  }
  if (narrator.failedClaims > 0) process.exitCode = 1;
}

function freshTrace(): TraceFile {
  mkdirSync(REPORTS, { recursive: true });
  rmSync(join(REPORTS, TRACE), { force: true });
  return traceFile(join(REPORTS, TRACE));
}

function createNarrator({ origin, a, b }: Playground): Narrator {
  const { stdout, env } = process;
  return new Narrator({
    write: (line) => console.log(line),
    width: stdout.columns ?? 80,
    colour: stdout.isTTY && (env['NO_COLOR'] ?? '') === '',
    names: [
      [`${origin}/mcp`, 'the resource'],
      [origin, 'resource'],
      [a.issuer, 'server A'],
      [b.issuer, 'server B'],
    ],
  });
}

async function tellAll(stage: Stage): Promise<void> {
  const { narrator } = stage;
  const start = performance.now();
  narrator.heading('authchart: one login, as a statechart');
  for (const paragraph of PREFACE) narrator.paragraph(paragraph);
  try {
    for (const chapter of CHAPTERS) {
      narrator.chapter(chapter.title, chapter.why);
      await chapter.play(stage);
    }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    narrator.claim('The story came to its end.', false, `${error.code}: ${narrator.named(error.message)}`);
  }
  summarise(stage, performance.now() - start);
}

function summarise({ world, narrator }: Stage, milliseconds: number): void {
  const seen = ofClient(world.exchanges);
  const browser = seen.filter(isOfBrowser).length;
  const states = [...allStates.keys()].filter((name) => name !== '');
  const unseen = states.filter((name) => !narrator.visited.has(name));
  const kept = secrets(world.exchanges);

  narrator.heading('Summary');
  narrator.fact('states', `${states.length - unseen.length} of ${states.length} in the chart`);
  narrator.fact('requests', `${narrator.requests} of the client, ${browser} of its browser`);
  narrator.fact('logins', String(grants('authorization_code', seen).length));
  narrator.fact('registrations', String(world.a.registrations + world.b.registrations));
  narrator.fact('refreshes', String(grants('refresh_token', seen).length));
  narrator.fact('time', `${(milliseconds / 1000).toFixed(1)} s`);
  narrator.claim(
    'The servers saw no request of the client that is not shown above.',
    seen.length - browser === narrator.requests,
    `${seen.length - browser} seen, ${narrator.requests} shown`,
  );
  const crossed = crossings(world.exchanges);
  narrator.claim(
    'In the whole story nothing that one authorization server made was sent to the other.',
    crossed === 0,
    `${crossed} found`,
  );
  narrator.claim(
    'No secret is printed above.',
    kept.size > 0 && carriedIn(kept, narrator.printed).length === 0,
    `${kept.size} tokens, codes, secrets and cookies looked for`,
  );
  narrator.say(`Not needed in this story: ${unseen.join(', ')}.`, 'dim');
  narrator.heading('Where to go next: README.md shows how to put this around a fetch of your own.');
  narrator.say(`To see this run as pictures: npm run authchart -- inspect reports/${TRACE}`);
}

/** How much of what one of the servers made was sent to the other. */
function crossings(exchanges: readonly Exchange[]): number {
  const [ofA, ofB] = [at('a', exchanges), at('b', exchanges)];
  return carried(minted(ofA), ofB).length + carried(minted(ofB), ofA).length;
}

/** A step of the browser, as it can be shown: without the identifiers in its path. */
function hopOf(exchange: Exchange): RequestLine {
  const [method = '', , path = '', status = ''] = describeExchange(exchange).split(' ');
  const place = exchange.at === 'a' ? 'server A' : 'server B';
  return { method, place, status, path, isOfBrowser: true };
}

await main();
