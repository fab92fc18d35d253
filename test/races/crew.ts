// Processes of a race, as their parent sees them.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { programFile } from '../support/programs.ts';
import type { Answered, Joined, Member, Opened, Order } from './orders.ts';

export class Crewman {
  readonly process: ChildProcess;
  /** Ends when it is ready to be told something. */
  readonly ready: Promise<string>;
  /** Called with each page that it opens. */
  onOpened: (url: string) => void = () => {};
  /** Whether it has joined the login of another one. */
  hasJoined = false;

  constructor(member: Member) {
    this.process = fork(programFile('raceMember'), { execArgv: [] });
    this.process.on('message', (told: Answered | Opened | Joined) => {
      if ('opened' in told) this.onOpened(told.opened);
      if ('joined' in told) this.hasJoined = true;
    });
    this.ready = this.tell(member);
  }

  /** @returns how it ended: `ready`, `ok`, the code of a failure, or `gone` when the process has died. */
  async tell(order: Member | Order): Promise<string> {
    const answer = this.#answer();
    this.process.send(order);
    return answer;
  }

  /** Goes on after it has stopped itself. */
  wake(): void {
    this.process.kill('SIGCONT');
  }

  end(): void {
    this.process.kill('SIGKILL');
  }

  /** The next thing that it says of how something ended: pages that it opens come in between. */
  async #ended(signal: AbortSignal): Promise<string> {
    for (;;) {
      const [told] = (await once(this.process, 'message', { signal })) as [Answered | Opened | Joined];
      if ('ended' in told) return told.ended;
    }
  }

  async #answer(): Promise<string> {
    const over = new AbortController();
    const { signal } = over;
    const answered = this.#ended(signal);
    const gone = once(this.process, 'exit', { signal }).then(() => 'gone');
    try {
      return await Promise.race([answered, gone]);
    } finally {
      over.abort();
      await Promise.allSettled([answered, gone]);
    }
  }
}
