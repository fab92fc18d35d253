// A host without any client that has just started, and makes its first call with a token that it finds.
import { readFileSync } from 'node:fs';
import { plainCall } from '../call.ts';
import { job, mark, tellFirst } from './job.ts';

const { resource, kept = '' } = job;
const imported = mark();
await tellFirst(imported, () => plainCall(resource, readFileSync(kept, 'utf8')));
