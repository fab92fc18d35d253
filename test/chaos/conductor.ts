// Carries out the plan of a run of chaos, event by event at its time, and ends each of them.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database.ts';
import type { Fleet } from './fleet.ts';
import type { Judge } from './judge.ts';
import type { People } from './people.ts';
import { type ChaosEvent, wordsOf } from './plan.ts';
import type { Servers } from './servers.ts';

export interface Stage {
  readonly fleet: Fleet;
  readonly database: Database;
  readonly servers: Servers;
  readonly people: People;
  readonly judge: Judge;
  /** Told of each event as it begins. */
  readonly onEvent: (event: ChaosEvent, words: string) => void;
}

/** Ends when every event is over. */
export async function conduct(plan: readonly ChaosEvent[], stage: Stage, end: AbortSignal): Promise<void> {
  const started = performance.now();
  const running: Promise<void>[] = [];
  for (const event of plan) {
    await sleep(Math.max(0, event.at - (performance.now() - started)), undefined, { signal: end }).catch(
      () => {},
    );
    if (end.aborted) break;
    stage.onEvent(event, wordsOf(event));
    stage.judge.chaos(event, stage.people.served());
    running.push(carryOut(event, stage));
  }
  await Promise.all(running);
}

async function carryOut(event: ChaosEvent, { fleet, database, servers, people }: Stage): Promise<void> {
  const { lasts } = event;
  switch (event.do) {
    case 'kill replica':
    case 'end replica':
      await fleet.stop(event.replica, event.do === 'kill replica' ? 'SIGKILL' : 'SIGTERM');
      await sleep(lasts);
      return fleet.start(event.replica);
    case 'pause replica':
      fleet.signal(event.replica, 'SIGSTOP');
      await sleep(lasts);
      return fleet.signal(event.replica, 'SIGCONT');
    case 'pause database':
      await database.pause();
      await sleep(lasts);
      return database.resume();
    case 'cut database':
      return database.cut();
    case 'drop network':
      database.relay.drop(lasts);
      return void (await sleep(lasts));
    case 'skew clock':
      fleet.skew(event.replica, event.by);
      await sleep(lasts);
      return fleet.skew(event.replica, 0);
    case 'server down':
      await servers.order({ do: 'down', how: event.how, lasts });
      return void (await sleep(lasts));
    case 'revoke':
      await servers.order({ do: 'revoke', users: people.recent.slice(-event.users) });
  }
}
