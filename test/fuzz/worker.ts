// A process of the pool: fuzzes one target after the other.
import { type FuzzJob, fuzz } from './fuzz.ts';
import { targets } from './targets.ts';

process.on('message', ({ target, inputs, seed }: FuzzJob) => {
  const one = targets.find(({ name }) => name === target);
  if (!one) throw new Error(`There is no target "${target}".`);
  process.send?.(fuzz(one, inputs, seed));
});
