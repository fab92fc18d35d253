// A host with the MCP SDK's client that has just started, and makes its first call.
import { readFileSync } from 'node:fs';
import { MemoryProvider, sdkClient } from '../sdkClient.ts';
import { job, mark, tellFirst } from './job.ts';

const { resource, kept } = job;
const imported = mark();
const stored = kept === undefined ? {} : JSON.parse(readFileSync(kept, 'utf8'));
const client = sdkClient(new MemoryProvider(globalThis.fetch, stored), resource);
await tellFirst(imported, () => client.call());
