// What could leave by a log or an error: the values of headers, and the text of pages that a forged request has read.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineOptions, memoryStore } from '../../index.ts';
import { runHere } from '../cli/command.ts';
import { callTool, everythingTold, failureOf, testEngine, textsOf } from '../support/engine.ts';
import { type Answer, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

describe('the headers of a request', () => {
  const OWN = 'hush-of-the-host';
  const CALLS = 'hush-of-the-call';

  it('L08: no value is told to anyone who looks on, in a run that works and in one that fails', async () => {
    const seen: unknown[] = [];
    const options: Partial<EngineOptions> = {
      policy: { interaction: 'auto', resourceHeaders: { [world.origins.resource]: { 'x-own': OWN } } },
      onTrace: (fact) => seen.push(fact),
      inspect: (event) =>
        seen.push('snapshot' in event ? event.snapshot : 0, 'event' in event ? event.event : 0),
    };
    const made = testEngine(world.resource, options);
    const init = { headers: { 'x-call': CALLS, cookie: CALLS } };
    for (const answer of [undefined, { status: 500 }, { status: 403 }, { cut: true } as const]) {
      if (answer) world.script('resource GET /mcp', () => answer);
      const outcome = await made.session.fetch(world.resource, init).catch((error: unknown) => error);
      if (outcome instanceof Error) seen.push(outcome.message, outcome.stack);
    }
    const sent = world.requests('resource', 'GET', '/mcp').at(-1)?.headers;
    expect(sent).toMatchObject({ 'x-own': OWN, 'x-call': CALLS, cookie: CALLS });
    const told = JSON.stringify(seen) + everythingTold(made);
    expect(told.length).toBeGreaterThan(10_000);
    expect(told.match(/hush-.{9}/g)).toBeNull();
    await made.engine.dispose();
  });

  it('L08: a header that cannot be sent is named, and its value is not', async () => {
    const resourceHeaders = { [world.origins.resource]: { 'X-Own': async () => `${OWN}\nx` } };
    const made = testEngine(world.resource, { policy: { interaction: 'auto', resourceHeaders } });
    const failure = await failureOf(made.session.fetch(world.resource));
    expect(failure.message).toContain('the header X-Own of');
    expect(inspect(failure, { showHidden: true, depth: 9 }) + everythingTold(made)).not.toContain(OWN);
    await made.engine.dispose();
  });

  it('L08: the command prints and records no value, however much it tells', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'authchart-hostile-'));
    const [file, trace] = [join(folder, 'key'), join(folder, 'run.ndjson')];
    await writeFile(file, `${OWN}\n`);
    world.script('resource PUT /mcp', () => ({ status: 418 }));
    const sent = ['-X', 'PUT', '-H', `x-call: ${CALLS}`, '--resource-header', `x-own: @${file}`];
    const args = ['fetch', world.resource, '--user-agent', 'headless', ...sent, '-v', '--trace', trace];
    const { code, stdout, stderr } = await runHere(folder, args);
    expect(code).toBe(1);
    expect(world.requests('resource', 'PUT').at(-1)?.headers).toMatchObject({
      'x-call': CALLS,
      'x-own': OWN,
    });
    expect(stderr).toContain('PUT resource');
    const printed = stdout + stderr + (await readFile(trace, 'utf8'));
    expect(printed.match(/hush-.{9}/g)).toBeNull();
    await rm(folder, { recursive: true });
  });
});

describe('the text of an internal page that a forged address leads to', () => {
  const TEXT = 'root:x:0:0:internal-page';
  const METADATA = '/.well-known/oauth-authorization-server';
  const json = { 'content-type': 'application/json' };

  /** Every request that arrived, as text. */
  const everythingSent = (): string => JSON.stringify(world.received.map(({ form: _, ...one }) => one));

  /** Logs in, in vain, and asks again in other ways. @returns the failure, and all that was told of it. */
  async function inVain() {
    const store = memoryStore();
    const made = testEngine(world.resource, { store });
    const failure = await failureOf(made.session.login());
    await callTool(made.session, 'any');
    await made.session.retry().catch(() => {});
    const shown = [
      failure.message,
      failure.stack,
      inspect(failure),
      JSON.stringify(failure),
      String(failure),
    ];
    const told = shown.join() + everythingTold(made) + (await textsOf(store)).join();
    await made.engine.dispose();
    return { failure, told };
  }

  it.each<[what: string, answer: () => Answer]>([
    ['as a page', () => ({ headers: { 'content-type': 'text/html' }, body: `<p>${TEXT}` })],
    ['as text that is called JSON', () => ({ headers: json, body: TEXT })],
    ['as JSON without metadata', () => ({ body: { users: TEXT } })],
    ['beside metadata', () => ({ body: { ...world.documents.a, token_endpoint: 7, users: TEXT } })],
    ['in an error', () => ({ status: 500, body: { error: TEXT, error_description: TEXT } })],
  ])('L14: that is read as metadata is in no error and in no request: %s', async (_what, answer) => {
    world.script(`a GET ${METADATA}`, answer);
    world.script('a GET /.well-known/openid-configuration', answer);
    const { failure, told } = await inVain();
    expect(failure.phase).toBe('discovering');
    expect(told).not.toContain(TEXT);
    expect(everythingSent()).not.toContain(TEXT);
  });

  it.each<[what: string, script: (answer: Answer) => void, code: string]>([
    ['a registration', (answer) => world.script('a POST /register', () => answer), 'registration_refused'],
    ['a token request', (answer) => world.script('a POST /token', () => answer), 'token_refused'],
  ])('L14: that answers %s is cut short for the person, and in no request', async (_what, script, code) => {
    const long = `${TEXT} ${'and more of the page '.repeat(1_000)}`;
    script({ status: 400, body: { error: 'invalid_request', error_description: long, users: TEXT } });
    const { failure } = await inVain();
    expect(failure.code).toBe(code);
    expect(failure.said).toContain(TEXT);
    expect(failure.said?.length).toBeLessThan(250);
    expect(failure.message).not.toContain(TEXT);
    expect(Object.keys(failure)).not.toContain('said');
    expect(everythingSent()).not.toContain(TEXT);
  });
});
