// Receivers of an inspector: those that are late, slow, silent, closed or broken; and none at all.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInspectorServer } from '@statelyai/inspect/server';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createActor, createMachine } from 'xstate';
import type { Connection } from '../../adapters/inspect/connections.ts';
import { Outbox } from '../../adapters/inspect/outbox.ts';
import { ServerSender } from '../../adapters/inspect/socket.ts';
import {
  type InspectorMessage,
  type InspectorOptions,
  type StatelyInspector,
  statelyInspector,
  statelyPage,
} from '../../adapters/inspect.ts';
import { callTool, failureOf, type TestEngine, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let messages: InspectorMessage[];
beforeEach(async () => {
  world = await startWorld();
  messages = [];
});
afterEach(() => world.close());

const receive = (message: InspectorMessage): void => void messages.push(message);

const about = { createdAt: '0', id: '', _version: '0', rootId: 'x:0', sessionId: 'x:0' };
const introduction = (sessionId: string): InspectorMessage => ({
  ...about,
  type: '@xstate.actor',
  sessionId,
  name: 'any',
  parentId: undefined,
  definition: undefined,
  snapshot: {},
});
const snapshot = (sessionId: string, status: 'active' | 'stopped', id = ''): InspectorMessage => ({
  ...about,
  type: '@xstate.snapshot',
  sessionId,
  id,
  event: { type: 'any' },
  snapshot: { status, output: undefined, error: undefined },
});

/** Takes connections, and never answers. */
async function listenSilently(): Promise<{ readonly server: Server; readonly port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

/** A port of this machine where nobody listens. */
async function freePort(): Promise<number> {
  const { server, port } = await listenSilently();
  server.close();
  await once(server, 'close');
  return port;
}

/** A receiver that is there at once; what it hears is in `messages`. */
async function listenAt(port: number): Promise<WebSocketServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port });
  server.on('connection', (socket) => {
    socket.on('message', (data) => receive(JSON.parse(String(data))));
  });
  await once(server, 'listening');
  onTestFinished(() => end(server));
  return server;
}

function end(server: WebSocketServer): void {
  for (const client of server.clients) client.terminate();
  server.close();
}

/** Runs where nobody listens yet, at this port. */
async function inspected(server: string): Promise<TestEngine & { readonly inspector: StatelyInspector }> {
  const inspector = await statelyInspector({ server });
  onTestFinished(() => inspector.stop());
  return { ...testEngine(world.resource, { inspect: inspector.inspect }), inspector };
}

/** Waits until the chart was shown like this. */
async function isShown(value: unknown): Promise<void> {
  const shown = (): readonly unknown[] =>
    messages.map((message) => (message.type === '@xstate.snapshot' ? Object(message.snapshot).value : null));
  await vi.waitFor(() => expect(shown()).toContainEqual(value), { timeout: 10_000 });
}

const AUTHORIZED = { authorized: { renewal: 'fresh', stepUp: 'settled' } };

describe('a receiver behind a WebSocket', () => {
  it('that comes late is told first who goes on, and how they stand', async () => {
    const port = await freePort();
    const { session, inspector } = await inspected(`ws://127.0.0.1:${port}`);
    await callTool(session, 'any');
    const first = await listenAt(port);
    await isShown(AUTHORIZED);
    expect(messages[0]).toMatchObject({ type: '@xstate.actor', name: 'auth' });

    end(first);
    const before = messages.splice(0);
    world.needs = () => 'write';
    await callTool(session, 'any');
    await listenAt(port);
    await isShown({ steppingUp: 'confirming' });
    expect(messages[0]).toEqual(before[0]);
    expect(messages[1]).toMatchObject({ type: '@xstate.snapshot', snapshot: { value: AUTHORIZED } });
    expect(inspector.dropped).toBe(0);
  });

  it('may be the library’s own server: who looks at it gets the whole', async () => {
    const port = await freePort();
    const server = createInspectorServer({ port, autoOpen: false });
    const viewer = new WebSocket(`ws://127.0.0.1:${port}`);
    onTestFinished(() => {
      viewer.terminate();
      server.stop();
    });
    viewer.on('message', (data) => receive(JSON.parse(String(data))));
    await once(viewer, 'open');
    const { session, inspector } = await inspected(`ws://127.0.0.1:${port}`);
    await callTool(session, 'any');
    await isShown(AUTHORIZED);
    expect(messages[0]).toMatchObject({ type: '@xstate.actor', name: 'auth' });
    await inspector.stop();
  });

  it('has everything when the inspector has stopped', async () => {
    const port = await freePort();
    const server = await listenAt(port);
    const { engine, session, inspector } = await inspected(`ws://127.0.0.1:${port}`);
    await once(server, 'connection');
    await callTool(session, 'any');
    await engine.dispose();
    await inspector.stop();
    expect(messages.at(-1)).toMatchObject({ snapshot: { status: 'stopped' } });
    await vi.waitFor(() => expect(server.clients.size).toBe(0));
  });

  it('that never answers is not waited for at the end', async () => {
    const { server, port } = await listenSilently();
    const { inspector } = await inspected(`ws://127.0.0.1:${port}`);
    await once(server, 'connection');
    const before = performance.now();
    await inspector.stop();
    expect(performance.now() - before).toBeLessThan(3_000);
  });

  it('that is too slow lets messages wait, and gets them when it is not', async () => {
    const outbox = new Outbox();
    const sent: string[] = [];
    const connection = {
      isOpen: true,
      bufferedAmount: Number.POSITIVE_INFINITY,
      send: (text: string) => void sent.push(text),
      close() {},
      cut() {},
      keepProcessAlive() {},
    } satisfies Connection;
    const line = new ServerSender('ws://127.0.0.1', () => connection, outbox);
    outbox.put(snapshot('x:0', 'active'));
    line.flush();
    expect(sent).toEqual([]);
    connection.bufferedAmount = 0;
    await vi.waitFor(() => expect(sent).toHaveLength(1));
  });
});

const sibling = fileURLToPath(new URL('./inspectSibling.ts', import.meta.url));

const bundling = {
  absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'silent',
} as const;

describe('a process', () => {
  it('ends by itself, whoever listens: nobody, one that never answers, and one that is there', async () => {
    const silent = await listenSilently();
    const [nobody, port] = [await freePort(), await freePort()];
    await listenAt(port);
    const urls = [nobody, silent.port, port].map((one) => `ws://127.0.0.1:${one}`);
    const child = spawn(process.execPath, ['--import', 'tsx', sibling, ...urls], {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await Promise.all([
      once(silent.server, 'connection'),
      vi.waitFor(() => expect(messages).toHaveLength(3), { timeout: 10_000 }),
    ]);
    child.stdin.end('.');
    const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(5_000) });
    expect(code).toBe(0);
  });

  it('loads neither package before an inspector is asked for, nor anything of it with the main entry', async () => {
    const isEither = (line: string): boolean => /(@statelyai\/inspect|ws)$/.test(line);
    const main = await packagesOf('index.ts');
    expect(main).toContain('import-statement xstate');
    expect(main.filter(isEither)).toEqual([]);
    const entry = await packagesOf('adapters/inspect.ts');
    expect(entry.filter(isEither)).toEqual(['dynamic-import @statelyai/inspect', 'dynamic-import ws']);
  });

  it('P07: is told which package is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'authchart-inspect-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const outfile = join(folder, 'alone.mjs');
    await build({ ...bundling, entryPoints: [sibling], external: ['@statelyai/inspect', 'ws'], outfile });
    const { status, stderr } = spawnSync(process.execPath, [outfile, 'ws://127.0.0.1'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('Run `npm install --save-dev @statelyai/inspect`');
  });
});

/** What an entry point and all of ours that it needs import of others, and how. */
async function packagesOf(entry: string): Promise<readonly string[]> {
  const options = { ...bundling, packages: 'external', metafile: true, write: false } as const;
  const { metafile } = await build({ ...options, entryPoints: [entry] });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  return [...new Set(imports.map(({ path, kind }) => `${kind} ${path}`))].sort();
}

describe('a receiver', () => {
  it('C13: that calls the engine in the middle of a flow is answered', async () => {
    const answers: Promise<string>[] = [];
    const inspector = await statelyInspector({
      receive: (message) => {
        receive(message);
        if (
          message.type === '@xstate.event' &&
          /^xstate.done.actor.(fetch|reg|exch)/.test(message.event.type)
        )
          answers.push(session.token());
      },
    });
    const { session } = testEngine(world.resource, { inspect: inspector.inspect });
    await session.login();
    expect(answers).toHaveLength(4);
    for (const token of await Promise.all(answers)) expect(world.accessTokens.has(token)).toBe(true);
    expect(inspector.dropped).toBe(0);
  });

  it('that throws changes nothing, and what it missed is counted', async () => {
    const inspector = await statelyInspector({
      receive: (message) => {
        receive(message);
        throw new Error('not listening');
      },
    });
    const { session } = testEngine(world.resource, { inspect: inspector.inspect });
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(messages.length).toBeGreaterThan(50);
    expect(inspector.dropped).toBe(messages.length);
  });

  it('gets nothing after the end', async () => {
    const inspector = await statelyInspector({ receive });
    const actor = createActor(createMachine({}), { inspect: inspector.inspect }).start();
    const before = messages.length;
    expect(before).toBeGreaterThan(0);
    await inspector.stop();
    actor.send({ type: 'any' });
    expect(messages).toHaveLength(before);
  });

  it.each<[string, InspectorOptions]>([
    ['in clear to another machine', { server: 'ws://inspector.example:8080' }],
    ['in clear to a name that only looks like this machine', { server: 'ws://localhost.example' }],
    ['with a user', { server: 'ws://somebody@127.0.0.1:8080' }],
    ['with a password', { server: 'wss://:password@inspector.example' }],
    ['with a fragment', { server: 'wss://inspector.example/#part' }],
    ['over http', { server: 'http://127.0.0.1:8080' }],
    ['at what is no URL', { server: 'inspector' }],
    ['in a page, where there is no window', { page: statelyPage }],
    ['nowhere', Object({})],
  ])('P07: %s: is refused', async (_where, options) => {
    const { code, message } = await failureOf(statelyInspector(options));
    expect(code).toBe('config_invalid');
    expect(message).not.toContain('password');
  });
});

describe('messages that wait', () => {
  const takeAll = (outbox: Outbox): readonly InspectorMessage[] => {
    const taken: InspectorMessage[] = [];
    for (let next = outbox.take(); next; next = outbox.take()) taken.push(next);
    return taken;
  };

  it('are a thousand at most: the oldest give way, and are counted', () => {
    const outbox = new Outbox();
    for (let at = 0; at < 1_500; at += 1) outbox.put(snapshot('x:0', 'active', String(at)));
    expect(outbox.dropped).toBe(500);
    const taken = takeAll(outbox);
    expect(taken.map(({ id }) => id)).toEqual(Array.from({ length: 1_000 }, (_, at) => String(at + 500)));
  });

  it('are led by who goes on, and how they stand, for a receiver that comes later', () => {
    const outbox = new Outbox();
    for (const id of ['x:0', 'x:1']) outbox.put(introduction(id));
    const newest = snapshot('x:0', 'active', 'newest');
    for (const one of [snapshot('x:0', 'active'), newest, snapshot('x:1', 'stopped')]) outbox.put(one);
    expect(takeAll(outbox)).toHaveLength(5);
    const waiting = snapshot('x:0', 'active', 'waiting');
    outbox.put(waiting);
    outbox.repeatRunning();
    expect(takeAll(outbox)).toEqual([introduction('x:0'), newest, waiting]);
    outbox.repeatRunning();
    expect(takeAll(outbox)).toEqual([introduction('x:0'), waiting]);
  });

  it('P10: keep no more than five hundred introductions', () => {
    const outbox = new Outbox();
    for (let at = 0; at < 700; at += 1) outbox.put(introduction(`x:${at}`));
    takeAll(outbox);
    outbox.repeatRunning();
    const known = takeAll(outbox);
    expect(known).toHaveLength(500);
    expect(known[0]?.sessionId).toBe('x:200');
  });
});
