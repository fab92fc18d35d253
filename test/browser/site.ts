// A site on loopback whose pages run this repository's TypeScript, module by module, as a browser loads it.
import { createViteServer } from 'vitest/node';

/** Which module each page runs. */
const pages: Readonly<Record<string, string>> = {
  '/store': '/test/browser/storeTab.ts',
  '/sandboxed': '/test/browser/storeTab.ts',
  '/engine': '/test/browser/engineTab.ts',
  '/callback': '/test/browser/engineTab.ts',
};

export interface Site {
  readonly origin: string;
  close(): Promise<void>;
}

/** A secure context for browsers, as it is on 127.0.0.1. Close it at the end of the tests. */
export async function startSite(): Promise<Site> {
  const server = await createViteServer({
    configFile: false,
    root: new URL('../..', import.meta.url).pathname,
    appType: 'custom',
    logLevel: 'error',
    // Nothing is written anywhere, nothing reloads a page.
    optimizeDeps: { noDiscovery: true, include: [] },
    server: { host: '127.0.0.1', port: 0, hmr: false, ws: false, watch: null, cors: true },
    plugins: [
      {
        name: 'pages',
        configureServer: ({ middlewares }) => {
          middlewares.use((request, response, next) => {
            const { pathname } = new URL(request.url ?? '/', 'http://site.invalid');
            const script = pages[pathname];
            if (script === undefined) return next();
            response.setHeader('content-type', 'text/html');
            // An origin of its own that nobody can name: browsers give it no storage.
            if (pathname === '/sandboxed') {
              response.setHeader('content-security-policy', 'sandbox allow-scripts');
            }
            response.end(
              `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`,
            );
          });
        },
      },
    ],
  });
  await server.listen();
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new Error('The site has no address.');
  return { origin: new URL(address).origin, close: () => server.close() };
}
