// The same pages under two origins of this machine: one for the engine, one for the inspector's receiver.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface InspectSite {
  /** URL of the page that runs the engine. */
  readonly app: string;
  /** URL of the receiver, of another origin. */
  readonly receiver: string;
  close(): Promise<void>;
}

/** Close it at the end of the tests. */
export async function startInspectSite(): Promise<InspectSite> {
  const files = await bundles();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site.invalid');
    const type = pathname.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.writeHead(files.has(pathname) ? 200 : 404, { 'content-type': type }).end(files.get(pathname));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    app: `http://127.0.0.1:${port}/inspect.html?inspectTab`,
    receiver: `http://localhost:${port}/inspect.html?inspectReceiver`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The page and its scripts, by their paths. */
async function bundles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL('.', import.meta.url)),
    entryPoints: ['inspect.html', 'inspectTab.ts', 'inspectReceiver.ts'],
    loader: { '.html': 'copy' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    outdir: '/',
    write: false,
    logLevel: 'silent',
  });
  return new Map(outputFiles.map(({ path, contents }) => [`/${basename(path)}`, contents]));
}
