// Another process with the same folder and keychain, for tests: `keychainSibling.ts <what> <folder> <service> <timeout>`.
// It ends by itself when nothing keeps it alive.
import { writeSync } from 'node:fs';
import { AuthError } from '../../contract/errors.ts';
import { keychainStore } from '../../stores/keychain.ts';

const [what, folder = '', service = '', timeout] = process.argv.slice(2);
const store = keychainStore({ folder, service, timeout: Number(timeout) });

const told = (): Promise<void> => new Promise((resolve) => process.stdin.once('data', () => resolve()));

if (what === 'write') {
  // All racers are up before any of them starts.
  writeSync(1, '.');
  await told();
  process.stdin.destroy();
  await store.put(`of ${process.pid}`, 'text', undefined);
} else if (what === 'leave') {
  void store.get('a');
  await told();
  process.exit();
} else {
  const outcome = await store.get('a').catch((error: unknown) => error);
  writeSync(1, outcome instanceof AuthError ? outcome.recovery : 'read');
}
