// The chart with actors of its own, and the states of the chart that it was made from.
import type { AuthMachine } from '../machines/authMachine.ts';

type Actors = NonNullable<Parameters<AuthMachine['provide']>[0]['actors']>;

/**
 * As `machine.provide({ actors })`, which builds every state anew: a millisecond for each engine, and XState finds out again
 * what it has found out about the states. Here they are shared: XState asks the machine of a snapshot for actors, and the
 * states for nothing but other states.
 */
export function withActors(machine: AuthMachine, actors: Actors): AuthMachine {
  const methods: object = Object.getPrototypeOf(machine);
  const { implementations: given } = machine;
  const implementations = { ...given, actors: { ...given.actors, ...actors } };
  const own: AuthMachine = Object.assign(Object.create(methods), machine, { implementations });
  // XState hands some methods around by themselves: those are bound to their machine, and here to this one.
  for (const [name, value] of Object.entries(machine))
    if (typeof value === 'function') Object.assign(own, { [name]: Reflect.get(methods, name).bind(own) });
  return own;
}
