// The program that each runtime runs: a whole login with the person's browser, and a call of a tool; then, in another process,
// the same call with what the first one stored.

/** How a program gets what it imports. */
type Import = (names: string, from: string) => string;

const byImport: Import = (names, from) => `import { ${names} } from '${from}';`;
const byRequire: Import = (names, from) => `const { ${names} } = require('${from}');`;

const call = `{
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'read_note', arguments: { name: 'hello' } },
    }),
  }`;

/** For Node, and for runtimes that have what Node has. */
const program = (load: Import, text: string): string => `${load('createAuthEngine', 'authchart')}
${load('fileStore, loopbackUserAgent', 'authchart/node')}

async function main(resource${text}, folder${text}, step${text}) {
  const userAgent = loopbackUserAgent({ open: async (url) => console.log('open ' + url) });
  const engine = createAuthEngine({ client: { name: 'Runtime' }, store: fileStore({ folder }), userAgent });
  const session = engine.session({ resource });
  if (step === 'login') await session.login();
  const response = await session.fetch(resource, ${call});
  console.log('answer ' + response.status + ' ' + (await response.text()).replace(/\\s+/g, ' '));
  await engine.dispose();
}

const [, , resource = '', folder = '', step = ''] = process.argv;
main(resource, folder, step).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
`;

/** For a worker: logins of people by its pages. All requests of a login come to the same object. */
export const workerProgram = `
import { DurableObject } from 'cloudflare:workers';
import { createAuthEngine, hostUserAgent, memoryStore } from 'authchart';

export class Logins extends DurableObject {
  async fetch(request) {
    const { origin, pathname, searchParams } = new URL(request.url);
    this.engine ??= createAuthEngine({
      client: { name: 'Worker' },
      store: memoryStore(),
      userAgent: hostUserAgent({ redirectUri: origin + '/callback', present: () => {} }),
    });
    const resource = this.env.RESOURCE;
    const session = this.engine.session({ resource, subject: 'somebody' });
    if (pathname === '/login') {
      this.login = session.login().then(() => 'logged in', String);
      return Response.redirect(await session.loginUrl(), 302);
    }
    if (pathname === '/callback') {
      await this.engine.complete(request.url, { subject: 'somebody' });
      return new Response(await this.login);
    }
    const response = await session.fetch(resource, ${call});
    return new Response(response.body, { status: response.status });
  }
}

export default {
  fetch: (request, env) => env.LOGINS.get(env.LOGINS.idFromName('all')).fetch(request),
};
`;

/** By the name of its file. */
export const programs: Readonly<Record<string, string>> = {
  'login.mjs': program(byImport, ''),
  'login.cjs': program(byRequire, ''),
  'login.ts': program(byImport, ': string'),
};
