// `authchart inspect`, and `--trace`, which records what it draws.
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import { secrets } from '../../playground/story/evidence.ts';
import { readTrace } from '../../protocol/trace.ts';
import { type Ended, newFolder, removeFolder, runHere, start } from './command.ts';

let world: Playground;
let folder: string;
beforeAll(async () => {
  [world, folder] = await Promise.all([startPlayground(), newFolder()]);
});
afterAll(async () => {
  await world.close();
  await removeFolder(folder);
});

const authchart = (...args: string[]): Promise<Ended> => runHere(folder, args);
const at = (name: string): string => join(folder, name);

describe('a run', () => {
  test('L11: is recorded by one command after the other, for its owner alone, and without a secret', async () => {
    const trace = ['--trace', at('run.ndjson'), '-q'];
    const login = await authchart('login', world.resource, '--user-agent', 'headless', ...trace);
    const call = [
      '--json',
      '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
      '-H',
      'Accept: application/json, text/event-stream',
    ];
    const fetched = await authchart('fetch', world.resource, ...call, ...trace);
    const explained = await authchart('explain', world.resource, ...trace);
    const token = await authchart('token', world.resource, ...trace);
    expect([login, fetched, explained, token].map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const text = await readFile(at('run.ndjson'), 'utf8');
    const { facts, skipped } = readTrace(text);
    expect(skipped).toBe(0);
    const starts = facts.filter((fact) => fact.kind === 'step' && fact.event === 'start');
    expect(starts).toHaveLength(4);
    expect(facts.some((fact) => fact.kind === 'step' && fact.event === 'host.shutdown')).toBe(false);
    const kept = secrets(world.exchanges);
    expect(kept.size).toBeGreaterThan(5);
    expect([...kept].filter((secret) => text.includes(secret))).toEqual([]);
    expect((await stat(at('run.ndjson'))).mode & 0o777).toBe(0o600);
  });

  test('is drawn into the folder of its trace, with counts of what is in it', async () => {
    const { code, stdout, stderr } = await authchart('inspect', at('run.ndjson'));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ {2}sessions {2}1\n {2}steps +\d\d\n {2}requests +\d+\n/);
    const files = stdout.split('\n').filter((line) => line.startsWith(folder));
    expect(files).toEqual(['sequence.svg', 'sequence.mmd', 'chart.svg'].map((name) => at(`run.${name}`)));
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    expect(texts.map((text) => text.split(/\s/, 1)[0])).toEqual(['<svg', 'sequenceDiagram', '<svg']);
    expect(texts[1]).toContain('POST /token');
  });

  test('is drawn elsewhere, and described as JSON; other lines are counted', async () => {
    await appendFile(at('run.ndjson'), '{"kind":"step"}\nnothing\n');
    const { code, stdout, stderr } = await authchart(
      'inspect',
      at('run.ndjson'),
      '--out',
      at('a/b'),
      '--json',
    );
    expect([code, stderr]).toEqual([0, '2 lines of the file are not part of a trace. They were left out.\n']);
    const document = JSON.parse(stdout) as { readonly pictures: readonly string[] };
    expect(document).toMatchObject({ sessions: 1, skipped: 2 });
    expect(document.pictures[0]).toBe(at('a/b/run.sequence.svg'));
    expect((await stat(at('a/b/run.chart.svg'))).size).toBeGreaterThan(100_000);
  });
});

describe('what cannot be drawn or recorded', () => {
  const misused = async (ended: Promise<Ended>): Promise<string> => {
    const { code, stdout, stderr } = await ended;
    expect([code, stdout]).toEqual([2, '']);
    return stderr;
  };

  test('a file that is not there, a folder, and a file without a run', async () => {
    await writeFile(at('other.txt'), 'nothing\n');
    expect(await misused(authchart('inspect', at('missing')))).toContain('The trace cannot be read');
    expect(await misused(authchart('inspect', folder))).toContain('The trace cannot be read');
    expect(await misused(authchart('inspect', at('other.txt')))).toContain('There is no run in this file');
  });

  test('a folder that is a file, and a trace that is a folder: before anything is sent', async () => {
    const seen = world.exchanges.length;
    const out = await misused(authchart('inspect', at('run.ndjson'), '--out', at('other.txt')));
    expect(out).toContain('The pictures cannot be written there. Name another folder with --out.');
    const trace = await misused(authchart('explain', world.resource, '--trace', folder));
    expect(trace).toContain('The trace file cannot be written. Name a file');
    expect(world.exchanges).toHaveLength(seen);
  });
});

describe('a resource', () => {
  /** What the page gets, until this text is in it. */
  async function receivedUntil({ body }: Response, last: string): Promise<string> {
    let all = '';
    for await (const chunk of body ?? []) {
      all += Buffer.from(chunk).toString();
      if (all.includes(last)) return all;
    }
    throw new Error(`It never came: ${all}`);
  }

  test('L11: is shown on a page, whose button logs in, until Ctrl-C', async () => {
    // From its source: it reads the page that is beside it.
    const { child, ended, printed } = start(
      folder,
      ['inspect', world.resource, '--user-agent', 'headless', '--label', 'watched', '--json'],
      { program: ['--import', 'tsx', fileURLToPath(new URL('../../cli/main.ts', import.meta.url))] },
    );
    const out = new Promise<string>((resolve) => child.stdout.once('data', resolve));
    const { url } = JSON.parse(await out) as { readonly url: string };
    const { origin, hash } = new URL(url);
    expect(await (await fetch(origin)).text()).toMatch(/^<!doctype html>/i);
    const headers = { authorization: `Bearer ${hash.slice(1)}` };
    const facts = await fetch(`${origin}/facts`, { headers });
    await fetch(`${origin}/press`, { method: 'POST', headers, body: JSON.stringify({ id: 'login' }) });
    await printed(/authorized/);
    const text = await receivedUntil(facts, '"kind":"said"');
    expect(text).toContain('Log in: done.');
    expect(text).toContain('"states":["authorized.renewal.fresh"');
    const kept = secrets(world.exchanges);
    expect([...kept].filter((secret) => text.includes(secret))).toEqual([]);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
  });

  test('A23: at a port that is taken it says so', async () => {
    const { code, stderr } = await runHere(folder, [
      'inspect',
      world.resource,
      '--port',
      new URL(world.origin).port,
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is taken. Choose another one')]);
  });
});
