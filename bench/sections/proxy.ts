// What a host pays for `authchart proxy`: `tools/list` of the official client through it, beside the same client without it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { inTurn, medianOf, Notes, timed } from '../measure.ts';
import { builtForNode, engineFor } from '../peers.ts';
import type { Bench } from '../run.ts';

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Measures it. */
export async function proxy({ isQuick, say }: Bench): Promise<Notes> {
  const notes = new Notes();
  const world = fork(fileURLToPath(new URL('../world/mcpServer.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  });
  const [resource]: string[] = await once(world, 'message');
  const folder = await mkdtemp(join(tmpdir(), 'authchart-bench-'));
  try {
    if (resource !== undefined) await compare(notes, resource, folder, isQuick);
    say('tools/list is timed');
  } finally {
    world.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
  return notes;
}

async function compare(notes: Notes, resource: string, folder: string, isQuick: boolean): Promise<void> {
  const engine = engineFor(builtForNode.fileStore({ folder }));
  const session = engine.session({ resource });
  await session.login();
  const url = new URL(resource);
  const direct = await connected(new StreamableHTTPClientTransport(url, { fetch: session.fetch }));
  const began = performance.now();
  const through = await connected(
    new StdioClientTransport({
      command: process.execPath,
      args: [command, 'proxy', resource, '--no-login'],
      env: { ...process.env, AUTHCHART_STORE: folder } as Record<string, string>,
      stderr: 'ignore',
    }),
  );
  notes.figure('from the start of the proxy to its first answer', 'ms', {
    proxy: [performance.now() - began],
  });
  const perList = (client: Client) => async (): Promise<number> => {
    const calls = 5;
    const all = await timed(async () => {
      for (let done = 0; done < calls; done += 1) await client.listTools();
    });
    return all / calls;
  };
  for (const client of [direct, through]) for (let round = 0; round < 10; round += 1) await perList(client)();
  const found = await inTurn(isQuick ? 100 : 400, { direct: perList(direct), proxy: perList(through) });
  notes.figure('tools/list of the official client', 'ms', found);
  // Each round by itself: what else the machine does changes from one to the next.
  const ratio = medianOf(found.proxy.map((took, round) => took / (found.direct[round] ?? Number.NaN)));
  notes.check('tools/list through the proxy, times the direct call', '×', ratio, isQuick ? 1.5 : 1.2);
  await Promise.all([direct.close(), through.close()]);
  await engine.dispose();
}

async function connected(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'bench', version: '1.0.0' });
  await client.connect(transport);
  return client;
}
