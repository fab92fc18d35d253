// Mutants of the engine that no test finds, and that are no fault: each with the reason.

const typed =
  'The check is there for the compiler: what it refuses is refused, or left as it is, by the next one too.';
const never = 'The compiler asks for a value where there always is one.';

/** By the id of the mutant, as `npm run mutation` prints it. */
export const arguedOfEngine: Readonly<Record<string, string>> = {
  "engine/trace.ts | Tracer.inspect | event.type === '@xstate.microstep' && isChart(event.snapshot) → event.type === '@xstate.microstep'":
    typed,
  'engine/trace.ts | Tracer.inspect | ids.get(definition) ?? [] → ids.get(definition)': never,
  'engine/trace.ts | Tracer.step | allStates.get(name)?.spec ?? [] → allStates.get(name)?.spec': never,
  'engine/trace.ts | Tracer.step | allStates.get(name)?.spec → allStates.get(name).spec': never,
};
