// Where a case is played: its world on loopback, the processes of the client, and what is judged of them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MisbehaveOptions, Misbehaviour, Where } from '../../adapters/testing/misbehaviour.ts';
import { serveTestWorld } from '../../adapters/testing/node.ts';
import type { TestServerOptions, TestWorldOptions } from '../../adapters/testing/options.ts';
import type { TestRequest } from '../../adapters/testing/record.ts';
import type { TestWorld } from '../../adapters/testing/world.ts';
import { Fault } from './case.ts';
import { type Ended, type Running, startClient } from './clients.ts';
import { methodOf, serveMcp } from './mcpServer.ts';

/** A client that sends nothing for so long is waiting, in milliseconds. */
const QUIET = 6000;

/** How a process of the client is run. */
export interface RunOptions {
  /** Whether it may go on waiting: then it is ended when it has sent nothing for a while, and that is no fault. */
  readonly mayWait?: boolean;
}

/** How a stage is set up. */
export interface StageOptions {
  readonly command: readonly string[];
  /** How long a process of the client may take, in milliseconds. */
  readonly timeout: number;
  readonly world?: TestWorldOptions | undefined;
  /** Given when the run is cancelled: the processes of the client are ended. */
  readonly signal?: AbortSignal | undefined;
}

/** One of the runs of a case, for the report. */
export interface RunRecord {
  /** How many requests had arrived when it began. */
  readonly after: number;
  readonly ended: Ended | undefined;
}

interface Lie {
  readonly where: Where;
  heard: number;
}

/** What a play works with. */
export class Stage {
  readonly world: TestWorld;
  /** The home of the client: all that it keeps is there. */
  readonly home: string;
  readonly runs: RunRecord[] = [];
  /** What the environment says of the scenario, and the credentials that it has. */
  scenario = 'auth/torture';
  context: Readonly<Record<string, string>> | undefined;
  readonly #options: StageOptions;
  readonly #lies: Lie[] = [];
  readonly #running = new Set<Running>();
  readonly #atEnd: (() => Promise<unknown>)[] = [];

  private constructor(world: TestWorld, home: string, options: StageOptions) {
    this.world = world;
    this.home = home;
    this.#options = options;
  }

  /** Opens a stage. It has to be closed. */
  static async open(options: StageOptions): Promise<Stage> {
    const world = await serveTestWorld(worldOf(options.world));
    const home = await mkdtemp(join(tmpdir(), 'authchart-torture-'));
    return new Stage(world, home, options);
  }

  /** Ends all processes and servers, and deletes the home. */
  async close(): Promise<void> {
    for (const one of this.#running) one.kill('play');
    await Promise.all([...this.#running].map(({ ended }) => ended));
    await this.world.close();
    for (const end of this.#atEnd) await end();
    await rm(this.home, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Does something when the stage is closed. */
  atEnd(end: () => Promise<unknown>): void {
    this.#atEnd.push(end);
  }

  /** Has a server lie. A client that never hears the lie has not been tested: that is a fault. */
  lie(where: Where, how: Misbehaviour, options?: MisbehaveOptions): () => void {
    const lie: Lie = { where, heard: 0 };
    this.#lies.push(lie);
    const heard: Misbehaviour = (request, correctly) => {
      lie.heard += 1;
      return how(request, correctly);
    };
    return this.world.misbehave(where, heard, options);
  }

  /** Starts a process of the client. */
  start(options: RunOptions = {}): Running {
    const { command, timeout, signal } = this.#options;
    const { world, home, scenario, context } = this;
    const after = world.requests.length;
    const at = this.runs.push({ after, ended: undefined }) - 1;
    const running = startClient({ command, url: world.resource, home, scenario, context });
    const late = setTimeout(() => running.kill('late'), timeout);
    if (options.mayWait) void this.#endWhenQuiet(running);
    const cancel = (): void => running.kill('play');
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    this.#running.add(running);
    void running.ended.then((ended) => {
      clearTimeout(late);
      signal?.removeEventListener('abort', cancel);
      this.#running.delete(running);
      this.runs[at] = { after, ended };
    });
    return running;
  }

  /** Runs a process of the client to its end. @throws Fault when it does not end in time. */
  async run(options: RunOptions = {}): Promise<Ended> {
    return this.finish(this.start(options));
  }

  /** Waits for a process of the client. @throws Fault when it does not end in time, or cannot be started. */
  async finish(running: Running): Promise<Ended> {
    const ended = await running.ended;
    this.must(ended.code !== 127, 'The command could not be started.');
    this.must(
      ended.killed !== 'late',
      `The client did not end within ${Math.round(this.#options.timeout / 1000)} seconds.`,
    );
    return ended;
  }

  async #endWhenQuiet(running: Running): Promise<void> {
    let over = false;
    void running.ended.then(() => {
      over = true;
    });
    let [count, since] = [this.world.requests.length, performance.now()];
    while (!over) {
      await sleep(100);
      const now = this.world.requests.length;
      if (now !== count || now === 0) [count, since] = [now, performance.now()];
      if (performance.now() - since > QUIET) running.kill('quiet');
    }
  }

  /** @throws Fault with the sentence, which says what the client did, unless it is so. */
  must(isSo: boolean, otherwise: string): void {
    if (!isSo) throw new Fault(otherwise);
  }

  /** The requests that fit, oldest first. @param from only those after so many. */
  sent({ to, step, when }: Where, from = 0): readonly TestRequest[] {
    return this.world.requests
      .slice(from)
      .filter(
        (one) =>
          (to === undefined || one.to === to) &&
          (step === undefined || one.step === step) &&
          (when?.(one) ?? true),
      );
  }

  /** The person's grant ends as the tool is called for the first time. */
  revokeBeforeTool(): void {
    this.lie(
      { step: 'call', to: 'resource', when: isOf('tools/call') },
      (_request, correctly) => {
        this.world.revokeGrants();
        return correctly();
      },
      { times: 1 },
    );
  }

  /** Whether the tool of the server was used since so many requests. */
  usedTool(from = 0): boolean {
    return this.sent({ step: 'call', when: isOf('tools/call') }, from).some(({ status }) => status === 200);
  }

  /** What is wrong in every case: lies that nobody heard, credentials that crossed, secrets that were printed. */
  judge(): void {
    const unheard = this.#lies.find(({ heard }) => heard === 0)?.where;
    if (unheard) {
      const place = [unheard.step, unheard.to].filter((part) => part !== undefined).join(' of ');
      throw new Fault(`The client never came to what this case is about: ${place || 'its requests'}.`);
    }
    faulty('A credential went where it does not belong.', () => this.world.expectNothingCrossed());
    for (const { ended } of this.runs)
      faulty('The client printed a secret.', () =>
        this.world.expectNoSecretIn(withoutPages(ended?.output ?? '')),
      );
  }
}

/** Requests of an MCP method. */
export const isOf =
  (method: string) =>
  (request: TestRequest): boolean =>
    methodOf(request) === method;

/** A person has to see the address of the login page, which has a state in it. */
const withoutPages = (output: string): string => output.replace(/https?:[^\s"'<>]*[?&]state=[^\s"'<>]*/g, '');

function faulty(sentence: string, check: () => void): void {
  try {
    check();
  } catch (thrown) {
    throw new Fault(`${sentence} ${thrown instanceof Error ? thrown.message : ''}`.trim());
  }
}

/** The world of a case: unless it says otherwise, clients register themselves, as every client can. */
function worldOf({ servers, resources, ...rest }: TestWorldOptions = {}): TestWorldOptions {
  const plain: TestServerOptions = { metadataDocuments: false };
  const all = servers ?? { a: {}, b: {} };
  return {
    servers: Object.fromEntries(Object.entries(all).map(([name, one]) => [name, { ...plain, ...one }])),
    resources: Object.fromEntries(
      Object.entries(resources ?? { resource: {} }).map(([name, one]) => [name, { serve: serveMcp, ...one }]),
    ),
    ...rest,
  };
}
