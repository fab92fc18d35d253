// A page that a server renders: looks at a session whose records are in the browser. It has to end by itself.
import { hostUserAgent } from '../../actors/userAgents/host.ts';
import { createAuthEngine } from '../../engine/engine.ts';
import { webStore } from '../../stores/web.ts';

// Some bring an IndexedDB along, for their tests.
if (process.argv[2] === 'with IndexedDB') {
  const open = (): never => {
    throw new DOMException('', 'SecurityError');
  };
  Object.assign(globalThis, { indexedDB: { open } });
}
const store = webStore();
const userAgent = hostUserAgent({ redirectUri: 'https://page.example/callback', present: async () => {} });
const engine = createAuthEngine({ client: { name: 'Page' }, store, userAgent });
const session = engine.session({ resource: 'https://mcp.example/' });
session.subscribe((snapshot) => console.log(JSON.stringify(snapshot.value)));
store.watch?.(
  'a',
  () => {},
  () => console.log('lost'),
);
console.log('looked');
