// Draws by a seed: the same seed gives the same order, another one another.
import { createHash } from 'node:crypto';

/** What decides the place of an item in the order of a seed. */
export const lotOf = (seed: string, id: string): string =>
  createHash('sha256').update(`${seed}\n${id}`).digest('hex');
