// Tells the story: shows what the chart does, against the playground. Every claim is checked. It ends by itself.
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TraceFile, traceFile } from '../../adapters/node.ts';
import { allStates } from '../../engine/states.ts';
import { AuthError } from '../../index.ts';
import { describeExchange, type Exchange, type Playground, startPlayground } from '../playground.ts';
import { type StoryContext, startClient } from './chapter.ts';
import { coldLogin } from './chapters/coldLogin.ts';
import { logout } from './chapters/logout.ts';
import { move } from './chapters/move.ts';
import { preRegistered } from './chapters/preRegistered.ts';
import { renewal } from './chapters/renewal.ts';
import { restart } from './chapters/restart.ts';
import { stepUp } from './chapters/stepUp.ts';
import {
  at,
  foundIn,
  foundInText,
  grants,
  isOfBrowser,
  issuedValues,
  ofClient,
  secrets,
} from './evidence.ts';
import { Narrator, type RequestLine } from './narrator.ts';

/** The time for the whole story, in milliseconds. */
const DEADLINE = 20_000;

/** How the story is told. */
export interface StoryOptions {
  /** A file that the run is recorded in. */
  readonly trace?: string;
  /** The last lines: what to do next. */
  readonly next: readonly string[];
}

const CHAPTERS = [coldLogin, stepUp, renewal, restart, move, preRegistered, logout];

const PREFACE = [
  'A client calls the tools of a resource. An authorization server decides what the client may do there. This story has two authorization servers, A and B, and a resource that can change from one to the other. All three are real servers on 127.0.0.1. The login of the client is a statechart. The story shows each state that it enters, and each request that it sends.',
  'Words in capitals are requirements that a state serves: DISC discovery, REG registration, BIND binding to one server, AUTHZ the authorization request, SCOPE and STEP scopes and step-up, TOK tokens. A claim with ✓ was checked against the requests that the servers received.',
  '» what the client does   « what it gets   * what changes at the servers',
];

/** Tells it on standard output. @returns whether every claim of it was true. */
export async function tellStory({ trace: file, next }: StoryOptions): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'authchart-story-'));
  // This runs at the end, at the deadline, after Ctrl-C, and when the output is closed.
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.stdout.once('error', () => process.exit(1));
  const deadline = setTimeout(() => {
    console.log(`✗ Not done within ${DEADLINE / 1000} seconds.`);
    process.exit(1);
  }, DEADLINE);

  let onExchange = (_: Exchange): void => {};
  const world = await startPlayground({ onExchange: (exchange) => onExchange(exchange) });
  const narrator = createNarrator(world);
  onExchange = (exchange) => isOfBrowser(exchange) && narrator.request(browserLine(exchange));
  const trace: TraceFile | undefined = file === undefined ? undefined : traceFile(file);
  const setting = { world, narrator, folder, onTrace: trace?.tell ?? (() => {}) };
  const story: StoryContext = { ...setting, client: startClient(setting) };
  try {
    await runChapters(story);
  } finally {
    await story.client.quit();
    await story.preRegistered?.quit();
    trace?.close();
    await world.close();
    clearTimeout(deadline);
  }
  narrator.heading(next[0] ?? '');
  for (const line of next.slice(1)) narrator.say(line);
  return narrator.failedClaims === 0;
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

async function runChapters(story: StoryContext): Promise<void> {
  const { narrator } = story;
  const start = performance.now();
  narrator.heading('authchart: one login, as a statechart');
  for (const paragraph of PREFACE) narrator.paragraph(paragraph);
  try {
    for (const chapter of CHAPTERS) {
      narrator.chapter(chapter.title, chapter.why);
      await chapter.run(story);
    }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    narrator.claim('The story ran to its end.', false, `${error.code}: ${narrator.named(error.message)}`);
  }
  summarise(story, performance.now() - start);
}

function summarise({ world, narrator }: StoryContext, milliseconds: number): void {
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
    'All requests of the client that the servers received are shown above.',
    seen.length - browser === narrator.requests,
    `${seen.length - browser} received, ${narrator.requests} shown`,
  );
  const mixedUp = sentToOther(world.exchanges);
  narrator.claim(
    'Nothing that one authorization server issued was ever sent to the other.',
    mixedUp === 0,
    `${mixedUp} found`,
  );
  narrator.claim(
    'No secret is printed above.',
    kept.size > 0 && foundInText(kept, narrator.printed).length === 0,
    `looked for ${kept.size} tokens, codes, secrets and cookies`,
  );
  narrator.say(`States that this story does not enter: ${unseen.join(', ')}.`, 'dim');
}

/** How many values that one of the servers issued were sent to the other. */
function sentToOther(exchanges: readonly Exchange[]): number {
  const [ofA, ofB] = [at('a', exchanges), at('b', exchanges)];
  return foundIn(issuedValues(ofA), ofB).length + foundIn(issuedValues(ofB), ofA).length;
}

/** A request of the browser, without the ids in its path. */
function browserLine(exchange: Exchange): RequestLine {
  const [method = '', , path = '', status = ''] = describeExchange(exchange).split(' ');
  const place = exchange.at === 'a' ? 'server A' : 'server B';
  return { method, place, status, path, isOfBrowser: true };
}
