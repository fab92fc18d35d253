// The story of `npm start`: it succeeds, ends by itself, fits the width of the terminal, and its checks can fail.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allStates } from '../../engine/states.ts';
import type { Exchange } from '../../playground/exchanges.ts';
import { foundIn, issuedValues, secrets } from '../../playground/story/evidence.ts';
import { shortenIds, wrap } from '../../playground/story/layout.ts';
import { Narrator } from '../../playground/story/narrator.ts';
import { readTrace } from '../../protocol/trace.ts';

describe('npm start', () => {
  let folder: string;
  let output: string;
  let left: string[];
  let milliseconds: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'story-test-'));
    const start = performance.now();
    // Rejects unless the exit code is 0; killed when it does not end by itself.
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'playground/story.ts'],
      { env: { ...process.env, TMPDIR: folder }, timeout: 20_000 },
    );
    milliseconds = performance.now() - start;
    output = stdout;
    left = (await readdir(folder)).filter((name) => name.startsWith('authchart'));
  }, 30_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('ends in time, with every claim checked, in every chapter', () => {
    expect(milliseconds).toBeLessThan(20_000);
    expect(output).not.toContain('✗');
    const parts = output.split(/^(?=\d\. |Summary)/m).slice(1);
    expect(parts.map((part) => part.split('\n', 1)[0])).toEqual([
      '1. Cold login',
      '2. Step-up: scopes accumulate',
      '3. Renewal: one refresh for all',
      '4. Restart',
      '5. The resource moves to another authorization server',
      '6. A pre-registered client is refused',
      '7. Logout',
      'Summary',
    ]);
    for (const part of parts) expect(part).toMatch(/^✓ /m);
  });

  test('prints the numbers of logins, registrations and refreshes', () => {
    expect(output).toMatch(/^ {2}logins +5$/m);
    expect(output).toMatch(/^ {2}registrations +2$/m);
    expect(output).toMatch(/^ {2}refreshes +2$/m);
    expect(output).toMatch(new RegExp(`^  states +\\d+ of ${allStates.size - 1} in the chart$`, 'm'));
  });

  test('prints no secret and no port, and fits into 80 columns', () => {
    expect(output).not.toMatch(/eyJ|a\+b\/c|127\.0\.0\.1:/);
    expect(output.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('writes a trace of the run, with both clients and without secrets', async () => {
    const text = await readFile(new URL('../../reports/story.ndjson', import.meta.url), 'utf8');
    const { facts, skipped } = readTrace(text);
    expect(skipped).toBe(0);
    expect(new Set(facts.map(({ session }) => session.label))).toEqual(new Set(['', 'pre-registered']));
    expect(facts.some((fact) => fact.kind === 'step' && fact.states.includes('rejected'))).toBe(true);
    expect(text).not.toMatch(/eyJ|a\+b\/c|code=/);
  });

  test('leaves no folder behind, and prints no colours without a terminal', () => {
    expect(left).toEqual([]);
    expect(output).not.toContain('\u001b');
  });
});

describe('the narrator', () => {
  function narrate(width = 80) {
    const lines: string[] = [];
    const names = [['http://127.0.0.1:1', 'server A']] as const;
    const narrator = new Narrator({ write: (line) => lines.push(line), width, colour: false, names });
    const enter = (state: string, spec: readonly string[] = []) =>
      narrator.progress({ kind: 'state', session, state, description: '', spec });
    const request = (path: string, status: number) =>
      narrator.progress({
        kind: 'request',
        session,
        purpose: 'token',
        method: 'POST',
        url: `http://127.0.0.1:1${path}`,
        status,
      });
    return { lines, narrator, enter, request };
  }
  const session = { resource: 'https://resource.example/', subject: '', label: '' };

  test('a claim that fails is marked and counted', () => {
    const { lines, narrator } = narrate();
    narrator.claim('Holds.', true);
    narrator.claim('Fails.', false, '1 found');
    expect(lines).toEqual(['✓ Holds.', '✗ Fails.', '    1 found']);
    expect(narrator.failedClaims).toBe(1);
  });

  test('a state has a line of its own the first time, and shares a line later', () => {
    const { lines, enter, request } = narrate(60);
    for (const _ of ['first', 'again']) {
      enter('registering.choosing', ['REG-1', 'REG-2']);
      enter('registering.submitting', ['REG-4']);
      request('/register', 201);
      enter('idle');
    }
    expect(lines.map((line) => line.trim().split(/ {3,}/)[0])).toEqual([
      'registering',
      'choosing',
      'submitting',
      'POST  server A  201  /register',
      'idle',
      'registering',
      'choosing → submitting',
      'POST  server A  201  /register',
      'idle',
    ]);
    expect(lines[6]).toContain('REG-1,2,4');
  });

  test('equal requests become one line, others do not', () => {
    const { lines, enter, request } = narrate();
    for (const status of [401, 401, 401, 200]) request('/mcp', status);
    enter('idle');
    expect(lines.slice(0, 2).map((line) => line.trim())).toEqual([
      'POST  server A  401  /mcp  × 3',
      'POST  server A  200  /mcp',
    ]);
  });
});

describe('layout', () => {
  test.each([
    [['BIND-1', 'BIND-2', 'BIND-3', 'BIND-7', 'TOK-1'], 'BIND-1..3,7 TOK-1'],
    [['TOK-9', 'BIND-4', 'TOK-8', 'TOK-9'], 'TOK-8,9 BIND-4'],
    [['DISC-10', 'DISC-2', 'DISC-11', 'DISC-12'], 'DISC-2,10..12'],
  ])('%j is shortened to %s', (ids, short) => expect(shortenIds(ids)).toBe(short));

  test('lines break at spaces, and a longer word is not broken', () => {
    expect(wrap('one two three extraordinary four', 9)).toEqual([
      'one two',
      'three',
      'extraordinary',
      'four',
    ]);
  });
});

describe('evidence', () => {
  const exchange: Exchange = {
    at: 'a',
    method: 'POST',
    path: '/token',
    query: '',
    headers: {},
    body: '',
    status: 200,
    responseHeaders: {},
    responseBody: '',
  };
  const secret = 'a+b/c:d%25e f';
  const form = new URLSearchParams({ client_secret: secret }).toString();
  const encoded = form.slice('client_secret='.length);

  test.each<[string, Partial<Exchange>]>([
    ['in the path', { path: `/x/${secret}` }],
    ['in the query', { query: form }],
    ['in the body', { body: form }],
    ['in a header', { headers: { authorization: `Bearer ${secret}` } }],
    ['in Basic as it is', { headers: { authorization: `Basic ${btoa(`id:${secret}`)}` } }],
    ['in Basic, encoded', { headers: { authorization: `Basic ${btoa(`id:${encoded}`)}` } }],
  ])('a secret is found %s', (_, part) => {
    expect(foundIn([secret, 'another'], [{ ...exchange, ...part }])).toEqual([secret]);
  });

  test('the values that a server issued, and the secrets that a client made, are known', () => {
    const json = { 'content-type': 'application/json; charset=utf-8' };
    const exchanges: Exchange[] = [
      { ...exchange, path: '/register', responseHeaders: json, responseBody: '{"client_id":"the-client"}' },
      {
        ...exchange,
        body: 'code_verifier=verifier',
        responseHeaders: json,
        responseBody: '{"access_token":"t"}',
      },
      { ...exchange, responseHeaders: { location: 'http://127.0.0.1/callback?code=the-code&state=s' } },
      { ...exchange, responseHeaders: { 'set-cookie': '_session=0123456789abcdef; path=/\n_flag=1' } },
    ];
    expect([...issuedValues(exchanges)]).toEqual(['the-client', 't', 'the-code', '0123456789abcdef']);
    expect([...secrets(exchanges)]).toEqual(['verifier', 't', 'the-code', '0123456789abcdef']);
  });
});
