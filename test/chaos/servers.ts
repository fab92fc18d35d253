// The parent's side of the servers of a run of chaos: what they are told, and what they tell.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Judge } from './judge.ts';
import type { Page } from './ledger.ts';
import type { WorldNews, WorldOrder } from './world.ts';

type Done = Extract<WorldNews, { kind: 'done' }>;

export class Servers {
  readonly resource: string;
  readonly #child: ChildProcess;
  readonly #waiting: ((done: Done) => void)[] = [];

  constructor(
    child: ChildProcess,
    resource: string,
    judge: Judge,
    onPage: (page: Page, reason: string) => void,
  ) {
    this.#child = child;
    this.resource = resource;
    child.on('message', (news: WorldNews) => {
      if (news.kind === 'done') this.#waiting.shift()?.(news);
      if (news.kind === 'breach') judge.breach(news.breach);
      if (news.kind === 'page') onPage(news.page, judge.page(news.page) ?? 'none');
    });
  }

  /** Orders are done in turn. */
  order(order: WorldOrder): Promise<Done> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#child.send(order);
    });
  }

  close(): void {
    this.#child.disconnect();
  }
}

/** @param program the bundled `world.ts`. */
export async function startServers(
  program: string,
  judge: Judge,
  onPage: (page: Page, reason: string) => void,
): Promise<Servers> {
  const child = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [news] = (await once(child, 'message', { signal: AbortSignal.timeout(60_000) })) as [WorldNews];
  if (news.kind !== 'ready') throw new Error('The servers of the run did not start.');
  return new Servers(child, news.resource, judge, onPage);
}
