// A host with this client that has just started, and makes its first call.
import { call } from '../call.ts';
import { job, mark, tellFirst } from './job.ts';

const { resource, dist, kept } = job;
const { createAuthEngine, memoryStore }: typeof import('../../index.ts') = await import(`${dist}index.js`);
const { fileStore, headlessUserAgent }: typeof import('../../adapters/node.ts') = await import(
  `${dist}adapters/node.js`
);
const imported = mark();
const engine = createAuthEngine({
  client: { name: 'bench' },
  store: kept === undefined ? memoryStore() : fileStore({ folder: kept }),
  userAgent: headlessUserAgent(),
  policy: { interaction: 'auto' },
});
await tellFirst(imported, () => engine.session({ resource }).fetch(resource, call));
