// What apps ask of their sessions in a world, and how each of it ends.
import { AuthError, type Session } from '../../../index.ts';
import type { Journal } from './journal.ts';
import type { Process } from './process.ts';

/** One that asks: a session, and the process that it is in. */
export interface Asker {
  readonly process: Process;
  readonly session: Session;
}

interface Surroundings {
  readonly journal: Journal;
  /** Whether requests to the resource fail as fetch does, just now. */
  readonly isCutOff: () => boolean;
}

/** How something ended: a status, `done`, the code of an AuthError, or `died` with its process. */
export type Ended = string;

export class Asking {
  readonly #around: Surroundings;
  #logins = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** One POST with a JSON-RPC body. */
  call(asker: Asker, tool: string, signal?: AbortSignal): Promise<Ended> {
    const { session } = asker;
    const sent = async (): Promise<string> => {
      const response = await session.fetch(session.id.resource, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool } }),
        ...(signal && { signal }),
      });
      await response.text();
      return String(response.status);
    };
    return this.outcome(asker, `the call of ${tool}`, sent, signal);
  }

  async login(asker: Asker, scopes: readonly string[]): Promise<Ended> {
    const { journal } = this.#around;
    this.#logins += 1;
    const login = { process: asker.process.number, login: this.#logins, scopes };
    journal.mark({ kind: 'login', ...login });
    const ended = await this.#done(asker, 'the login', () => asker.session.login({ scopes }));
    journal.mark({ kind: 'login over', ended, ...login });
    return ended;
  }

  logout(asker: Asker): Promise<Ended> {
    this.#around.journal.mark({ kind: 'logout', process: asker.process.number });
    return this.#done(asker, 'the logout', () => asker.session.logout());
  }

  cancel(asker: Asker): Promise<Ended> {
    this.#around.journal.mark({ kind: 'cancel', process: asker.process.number });
    return this.#done(asker, 'the cancel', () => asker.session.cancel());
  }

  #done(asker: Asker, what: string, work: () => Promise<void>): Promise<Ended> {
    return this.outcome(asker, what, async () => {
      await work();
      return 'done';
    });
  }

  /** Notes how it ends; nothing for what ends with its process. */
  async outcome(
    { process }: Pick<Asker, 'process'>,
    what: string,
    work: () => Promise<string>,
    signal?: AbortSignal,
  ): Promise<Ended> {
    const { journal } = this.#around;
    try {
      const ended = await Promise.race([work(), process.died]);
      if (!process.isDead) journal.mark({ kind: 'outcome', what, ended, isForeign: false });
      return ended;
    } catch (thrown) {
      const isOurs = thrown instanceof AuthError;
      const ended = isOurs ? thrown.code : thrown instanceof Error ? thrown.name : typeof thrown;
      const isForeign = !isOurs && !this.#isOfNetwork(what, ended, signal);
      journal.mark({ kind: 'outcome', what, ended, isForeign });
      if (isOurs) journal.mark({ kind: 'told', text: JSON.stringify(thrown.toFailure()) });
      return ended;
    }
  }

  /** The app's own request to the resource ends as fetch ends it. */
  #isOfNetwork(what: string, name: string, signal: AbortSignal | undefined): boolean {
    if (!what.startsWith('the call')) return false;
    return name === 'AbortError' ? signal?.aborted === true : name === 'TypeError' && this.#around.isCutOff();
  }
}
