// `npm run playground`: the servers alone, for a client of yours to log in to. Runs until Ctrl-C; `--port PORT` moves the resource, 0: to any.
import { parseArgs } from 'node:util';
import { PORT, startPlayground } from './playground.ts';

const USAGE = 'npm run playground -- [--port PORT]';

/** Of each signal: what shells report for a process that it has ended. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

async function main(): Promise<void> {
  const { port } = parseArgs({ options: { port: { type: 'string', default: String(PORT) } } }).values;
  const world = await startPlayground({ port: portIn(port) });
  console.log(`The playground: log in to the resource, and allow what its server asks. Ctrl-C ends it.

  resource  ${world.resource}
  server A  ${world.a.issuer} (${world.a.name})
  server B  ${world.b.issuer} (${world.b.name})
`);
  for (const [signal, code] of Object.entries(exitCodes)) {
    process.once(signal, () => void world.close().finally(() => process.exit(code)));
  }
}

function portIn(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new TypeError(`${text} is not a port.`);
  return Number(text);
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return 'The port is taken: end what listens there, or choose another one.';
  }
  return error instanceof Error ? error.message : String(error);
}

await main().catch((error: unknown) => {
  console.error(`${reasonOf(error)}\n${USAGE}`);
  process.exitCode = 2;
});
