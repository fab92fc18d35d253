// `npm run inspect`: shows the running charts of three clients of the playground in a browser, with buttons.
// It runs until Ctrl-C. With `--consent` you are asked for consent; otherwise it is always given. `--pace 0`: full speed.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loopbackUserAgent } from '../adapters/node.ts';
import { startInspection } from './live/inspection.ts';

const USAGE = 'npm run inspect -- [--consent] [--pace MILLISECONDS] [--port PORT]';
const PAGE = new URL('../visualizations/generated/live.html', import.meta.url);

/** The exit codes that shells report for a process that a signal has ended. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

const options = {
  consent: { type: 'boolean', default: false },
  /** The pause before each request, so that people can follow, in milliseconds. */
  pace: { type: 'string', default: '350' },
  port: { type: 'string', default: '0' },
} as const;

async function main(): Promise<void> {
  const { consent, pace, port } = parseArgs({ options }).values;
  const show = (page: string): void => console.log(`Open this URL to give consent: ${page}`);
  const { url, close } = await startInspection({
    html: await readFile(PAGE, 'utf8'),
    pace: numberIn(pace),
    port: numberIn(port),
    ...(consent && { userAgent: () => loopbackUserAgent({ show }) }),
  });
  console.log(
    'Open this URL in a browser on this machine, with the part after the #. Ctrl-C ends the page.\n',
  );
  console.log(`  ${url}\n`);
  for (const [signal, code] of Object.entries(exitCodes)) {
    process.once(signal, () => void close().finally(() => process.exit(code)));
  }
}

function numberIn(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new TypeError(`${text} is not a number of at most five digits.`);
  return Number(text);
}

await main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
});
