// How many people an engine can log in, and how many grants it can renew, in a second: one process, one core.

import { call } from '../call.ts';
import { Notes } from '../measure.ts';
import { built, engineFor } from '../peers.ts';
import type { Bench } from '../run.ts';

const AT_ONCE = 20;

/** Measures it. */
export async function rate({ world, isQuick, say }: Bench): Promise<Notes> {
  const notes = new Notes();
  const people = isQuick ? 200 : 2_000;
  await world.order({ do: 'reset' });
  const engine = engineFor(built.memoryStore());
  const { resource } = world;
  const perSecond = async (work: (subject: string) => Promise<unknown>): Promise<number> => {
    const left = Array.from({ length: people }, (_, at) => `user-${at}`);
    const began = performance.now();
    const worker = async (): Promise<void> => {
      for (let subject = left.pop(); subject !== undefined; subject = left.pop()) await work(subject);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return (people / (performance.now() - began)) * 1_000;
  };
  const use = async (subject: string): Promise<void> => {
    const response = await engine.session({ resource, subject }).fetch(resource, call);
    await response.text();
    if (!response.ok) throw new Error(`A call of ${subject} ended with ${response.status}.`);
  };
  await use('warm');
  const logins = await perSecond((subject) => engine.session({ resource, subject }).login());
  await world.order({ do: 'expire' });
  const renewals = await perSecond(use);
  notes.figure(`first logins in a second, ${AT_ONCE} at once, one process`, 'a second', {
    authchart: [logins],
  });
  notes.figure(`refused tokens that are renewed in a second, ${AT_ONCE} at once, one process`, 'a second', {
    authchart: [renewals],
  });
  const { kinds } = await world.order({ do: 'tell' });
  notes.check(
    `clients that were registered for ${people} people`,
    'requests',
    kinds['a POST /register'] ?? 0,
    1,
  );
  notes.check(
    `requests for metadata of servers by ${people} people`,
    'requests',
    kinds['a GET /.well-known/oauth-authorization-server'] ?? 0,
    people + 1,
  );
  await engine.dispose();
  say(`${people} people are logged in`);
  return notes;
}
