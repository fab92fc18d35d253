// The options of the homes of records, judged when a home is made (HOST-2).
import { implementation, must, optional, type Shape } from '../protocol/options.ts';
import { callback } from '../protocol/optionValues.ts';
import type { Processes, Store } from './store.ts';

/** The longest name of a process, in characters: it is written with all that one begins. */
const LONGEST_NAME = 200;

const processes = implementation<Processes>({
  own: must(
    `the name of this process, a text of 1 to ${LONGEST_NAME} characters`,
    (value) => typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME,
  ),
  hasEnded: callback,
});

/** The operations of a store. */
export const storeShape: Shape<Store> = {
  get: callback,
  put: callback,
  delete: callback,
  list: callback,
  watch: optional(callback),
  processes: optional(processes),
  setAside: callback,
};

/** A home of records, of whatever class. */
export const home = implementation(storeShape);

/** The path of a folder. An empty one would be the folder that the process happens to be in. */
export const folder = must(
  'the path of a folder, not empty',
  (value) => typeof value === 'string' && value !== '' && !value.includes('\0'),
);

/** A name that is not empty. */
export const someName = must('a text, not empty', (value) => typeof value === 'string' && value !== '');
