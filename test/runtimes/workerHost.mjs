// Runs a worker in miniflare, and prints the page where its login begins. It needs Node 22, and is run by that.
import { createRequire } from 'node:module';
import process from 'node:process';

const [miniflare = '', scriptPath = '', RESOURCE = ''] = process.argv.slice(2);
const { Miniflare } = createRequire(import.meta.url)(miniflare);
const worker = new Miniflare({
  modules: true,
  scriptPath,
  compatibilityDate: '2026-07-01',
  bindings: { RESOURCE },
  durableObjects: { LOGINS: 'Logins' },
  host: '127.0.0.1',
  port: 0,
});
process.once('SIGTERM', () => worker.dispose().then(() => process.exit(0)));
console.log(`open ${new URL('login', await worker.ready).href}`);
