// `npm run playground`: runs the three servers, so that you can log in to them with any client. It runs until Ctrl-C.
// `--port PORT` sets the port of the resource, and 0 takes any that is free.
import { parseArgs } from 'node:util';
import { PORT, startPlayground } from './playground.ts';

const USAGE = 'npm run playground -- [--port PORT]';

/** The exit codes that shells report for a process that a signal has ended. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

async function main(): Promise<void> {
  const { port } = parseArgs({ options: { port: { type: 'string', default: String(PORT) } } }).values;
  const world = await startPlayground({ port: portIn(port) });
  console.log(`The playground is running. Log in to the resource with a client, and give consent. Ctrl-C ends it.

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
    return 'The port is taken. Choose another one, or end the program that uses it.';
  }
  return error instanceof Error ? error.message : String(error);
}

await main().catch((error: unknown) => {
  console.error(`${reasonOf(error)}\n${USAGE}`);
  process.exitCode = 2;
});
