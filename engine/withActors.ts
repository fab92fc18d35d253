// The chart with other actors and the same states: what XState's `provide` does, which would make every state anew.
import { type AuthMachine, authMachine } from '../machines/authMachine.ts';

type Implementations = AuthMachine['implementations'];

/**
 * The chart with these actors in place of those of the same names. States know actors by name only, so that all engines
 * share the states of `authMachine`, and what XState remembers of each; `provide` makes both once more for each engine.
 * The rest is as `provide` has it: fields of its own, and the methods that a machine has bound to itself bound to this one.
 */
export function withActors(actors: Partial<Implementations['actors']>): AuthMachine {
  const { implementations } = authMachine;
  const methods: Readonly<Record<string, unknown>> = Object.getPrototypeOf(authMachine);
  const machine: AuthMachine = Object.assign(Object.create(methods), authMachine);
  for (const name of Object.keys(authMachine)) {
    const method = methods[name];
    if (typeof method === 'function') Object.assign(machine, { [name]: method.bind(machine) });
  }
  const own = { ...implementations, actors: { ...implementations.actors, ...actors } };
  return Object.assign(machine, { implementations: own });
}
