// Processes of a race, as their parent sees them.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { programFile } from '../support/programs.ts';
import type { Answered, Member, Order } from './orders.ts';

export class Crewman {
  readonly process: ChildProcess;
  /** Ends when it is ready to be told something. */
  readonly ready: Promise<string>;

  constructor(member: Member) {
    this.process = fork(programFile('raceMember'), { execArgv: [] });
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

  async #answer(): Promise<string> {
    const over = new AbortController();
    const { signal } = over;
    const answered = once(this.process, 'message', { signal }).then(
      ([answer]: Answered[]) => answer?.ended ?? '',
    );
    const gone = once(this.process, 'exit', { signal }).then(() => 'gone');
    try {
      return await Promise.race([answered, gone]);
    } finally {
      over.abort();
      await Promise.allSettled([answered, gone]);
    }
  }
}
