// `npm run inspect`: the chart at work, in a browser: three clients of the playground, and buttons for what may happen to them.
// Runs until Ctrl-C. `--consent`: you are the person who is asked; else somebody always says yes. `--pace 0`: at full speed.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { loopbackUserAgent } from '../adapters/node.ts';
import { startInspection } from './live/inspection.ts';

const USAGE = 'npm run inspect -- [--consent] [--pace MILLISECONDS] [--port PORT]';
const PAGE = new URL('../visualizations/generated/live.html', import.meta.url);

/** Of each signal: what shells report for a process that it has ended. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

const options = {
  consent: { type: 'boolean', default: false },
  /** Milliseconds before each request, so that people can follow. */
  pace: { type: 'string', default: '350' },
  port: { type: 'string', default: '0' },
} as const;

async function main(): Promise<void> {
  const { consent, pace, port } = parseArgs({ options }).values;
  const show = (page: string): void => console.log(`Open this to answer: ${page}`);
  const { url, close } = await startInspection({
    html: await readFile(PAGE, 'utf8'),
    pace: numberIn(pace),
    port: numberIn(port),
    ...(consent && { userAgent: () => loopbackUserAgent({ show }) }),
  });
  console.log('Open this in a browser on this machine; what follows the # lets it in. Ctrl-C ends it.\n');
  console.log(`  ${url}\n`);
  for (const [signal, code] of Object.entries(exitCodes)) {
    process.once(signal, () => void close().finally(() => process.exit(code)));
  }
}

function numberIn(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new TypeError(`${text} is not a number of up to five digits.`);
  return Number(text);
}

await main().catch((error: unknown) => {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
});
