// Another process that is inspected, for tests: `inspectSibling.ts <server>…`. It ends by itself when nothing keeps it alive.
import { once } from 'node:events';
import { createActor, createMachine } from 'xstate';
import { statelyInspector } from '../../adapters/inspect.ts';

for (const server of process.argv.slice(2)) {
  const { inspect } = await statelyInspector({ server });
  createActor(createMachine({}), { inspect }).start();
}
// Until then it has something to live for.
await once(process.stdin, 'data');
process.stdin.destroy();
