// Runs the proxy: from the flags to the two sides, until the host is gone.
import { placeOf } from '../../protocol/text.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import type { Host } from '../perform.ts';
import { type Access, withAccess } from './access.ts';
import { answerFor, failureOfRequest, sentenceOf } from './answers.ts';
import { type HostSide, hostSide } from './hostSide.ts';
import { screenFor } from './ignoredTools.ts';
import { meaningOf, type ProxyFlags } from './mcpRemoteFlags.ts';
import { startRelay } from './relay.ts';
import { connectTo } from './remote.ts';

/**
 * Passes messages on until the host is gone.
 * @param url The server. @param port Where the browser comes back to.
 * @throws AuthError `config_invalid` for flags that cannot be used.
 */
export async function runProxy(
  host: Host,
  url: string,
  port: number | undefined,
  given: ProxyFlags,
): Promise<ExitCode> {
  const meant = await meaningOf(given, { url, port, env: process.env });
  for (const remark of meant.remarks) host.printer.complaint(remark);
  let close = (): void => {};
  const over = new Promise<void>((resolve) => {
    close = resolve;
  });
  const side = hostSide(host.interruption, over, host.printer.complaint);
  // A login that is under way is not cancelled: another process that waits for it takes it over.
  const interruption = { ...host.interruption, onStop: () => {} };
  try {
    await withAccess({ ...host, interruption }, url, meant, (access) =>
      relayBetween(side, access, { url, host, flags: meant.flags }),
    );
  } finally {
    side.stop();
    close();
  }
  return exitCodes.done;
}

interface Course {
  readonly url: string;
  readonly host: Host;
  readonly flags: ProxyFlags;
}

async function relayBetween(side: HostSide, access: Access, { url, host, flags }: Course): Promise<void> {
  const { printer } = host;
  let isOver = false;
  const onTrouble = (thrown: unknown): void => {
    // What is closed at the end is no trouble.
    if (flags.verbose && !isOver) printer.complaint(troubleOf(thrown, url));
  };
  const remote = connectTo({ url: new URL(url), strategy: flags.transport, ...access, onTrouble });
  startRelay({
    host: side,
    remote,
    screen: screenFor(flags.ignoreTool ?? []),
    explain: (thrown, id) => answerFor(thrown, id, url),
    onTrouble,
  });
  side.start();
  await side.gone;
  isOver = true;
  await remote.close();
}

/** What nobody waits for. Messages of the transports may quote what a server said, so they are not printed. */
function troubleOf(thrown: unknown, url: string): string {
  const failed = failureOfRequest(thrown, url);
  if (failed.code !== 'internal') return sentenceOf(failed, url);
  return `The connection to ${placeOf(url)} was interrupted. It is made again where that is possible.`;
}
