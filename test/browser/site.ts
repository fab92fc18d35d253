// A site on loopback whose pages run this repository's code, bundled once.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Which module each page runs. */
const pages: Readonly<Record<string, string>> = {
  '/store': 'storeTab',
  '/sandboxed': 'storeTab',
  '/engine': 'engineTab',
  '/callback': 'engineTab',
  '/redirect': 'loginTab',
  '/redirect/callback': 'loginTab',
  '/vectors': 'vectorsTab',
  '/testing': 'testingTab',
  '/popup': 'loginTab',
  '/popup/callback': 'loginTab',
};

export interface Site {
  readonly origin: string;
  close(): Promise<void>;
}

/** A secure context for browsers, as it is on 127.0.0.1. Close it at the end of the tests. */
export async function startSite(): Promise<Site> {
  const scripts = await bundles();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site.invalid');
    const script = scripts.get(pathname);
    const page = pages[pathname];
    if (script !== undefined) answer(response, 'text/javascript', script);
    else if (page === undefined) response.writeHead(404).end();
    else {
      // An origin of its own that nobody can name: browsers give it no storage.
      if (pathname === '/sandboxed') response.setHeader('content-security-policy', 'sandbox allow-scripts');
      answer(
        response,
        'text/html',
        `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/${page}.js"></script>`,
      );
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The script of each page, by its path. */
async function bundles(): Promise<ReadonlyMap<string, string>> {
  const names = [...new Set(Object.values(pages))];
  const { outputFiles } = await build({
    entryPoints: names.map((name) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: 'inline',
    outdir: '/',
    write: false,
    logLevel: 'silent',
  });
  return new Map(outputFiles.map(({ path, text }) => [`/${path.split(/[\\/]/).at(-1)}`, text]));
}

function answer(response: ServerResponse, type: string, text: string): void {
  // The sandboxed page fetches its module from another origin than its own.
  response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' }).end(text);
}
