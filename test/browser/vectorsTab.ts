// Runs in a page, and as a worker of that page: gives the answers to the vectors.
import { answers } from '../hostile/vectors.ts';

/** What a page offers to the test. */
export interface VectorsTab {
  answers(): Promise<unknown>;
  /** The same in a worker. */
  inWorker(): Promise<unknown>;
}

const tab: VectorsTab = {
  answers,
  inWorker: () =>
    new Promise((resolve, reject) => {
      const worker = new Worker('/vectorsTab.js', { type: 'module' });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    }),
};

if (typeof document === 'object') Object.assign(globalThis, { tab });
else answers().then(postMessage, (error: unknown) => postMessage(String(error)));
