// Starter of the client under test: Node 20 runs no TypeScript, so the loader comes first. `node client.mjs URL`
import { register } from 'tsx/esm/api';

register();
await import('./client.ts');
