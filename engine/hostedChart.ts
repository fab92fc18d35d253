// A chart that the host has invoked or spawned itself, as a session uses it: it is looked at and told, never stopped.
import type { AuthEvent } from '../machines/context.ts';
import type { AuthActor, AuthSnapshot, ChartInUse } from './sessionChart.ts';
import { untilReached } from './untilReached.ts';

/** The host's own chart: when it runs, and for how long, is the host's to say. */
export class HostedChart implements ChartInUse {
  readonly actor: AuthActor;

  constructor(actor: AuthActor) {
    this.actor = actor;
  }

  get snapshot(): AuthSnapshot {
    return this.actor.getSnapshot();
  }

  get running(): AuthSnapshot | undefined {
    const { snapshot } = this;
    return snapshot.status === 'active' ? snapshot : undefined;
  }

  used(): void {}

  wake(): AuthSnapshot {
    return this.snapshot;
  }

  tell(event: AuthEvent): void {
    if (this.snapshot.status === 'active') this.actor.send(event);
  }

  until(isReached: (snapshot: AuthSnapshot) => boolean): Promise<AuthSnapshot> {
    return untilReached(this.actor, isReached);
  }

  subscribe(listener: (snapshot: AuthSnapshot) => void): () => void {
    const subscription = this.actor.subscribe(listener);
    return () => subscription.unsubscribe();
  }

  rest(): boolean {
    return false;
  }

  stop(): void {}
}
