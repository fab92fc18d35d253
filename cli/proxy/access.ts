// How the requests of a host are authorized: by a session, or by a header that the person has given.
import { nodeFetch } from '../../adapters/node.ts';
import { AuthError, failure } from '../../contract/errors.ts';
import type { Fetch, Session } from '../../engine/sessionSurface.ts';
import { placeOf } from '../../protocol/text.ts';
import type { Host } from '../perform.ts';
import { mayAskPerson } from '../person.ts';
import type { Printer } from '../printer.ts';
import { headersIn } from '../serverOptions.ts';
import { withSession } from '../withSession.ts';
import { shellWord } from '../words.ts';
import type { Meant, ProxyFlags } from './mcpRemoteFlags.ts';
import { createWire, patientFetch } from './patience.ts';
import { takeOver } from './takeOver.ts';

/** Sends requests to the server. */
export interface Access {
  readonly fetch: Fetch;
  /** The same for streams that nobody waits for. */
  readonly backgroundFetch: Fetch;
}

/** A tool may work for as long as the host waits for it: the host cancels what takes it too long. */
const SILENCE = 0;

/** Runs some work with the access that the flags ask for. @throws AuthError `config_invalid`, and what the work throws. */
export async function withAccess<Result>(
  host: Host,
  url: string,
  { flags, authorization }: Meant,
  work: (access: Access) => Promise<Result>,
): Promise<Result> {
  if (authorization !== undefined) return work(await byHeader(url, flags, authorization));
  await takeOver(url, flags, host.printer);
  const wire = createWire();
  // No host has a terminal, and a person sits before it all the same.
  const mayAsk = mayAskPerson({ ...flags, login: flags.login ?? true });
  const seen = {
    ...host,
    printer: withoutRequests(host.printer, flags),
    through: wire.through,
    silence: SILENCE,
    elsewhere: `end this server, and run authchart login ${shellWord(url)} --user-agent paste`,
  };
  return withSession(seen, url, flags, mayAsk ? 'auto' : 'ask', (session) => {
    const fetch = patientFetch(session, wire, flags.answerWithin * 1000);
    if (!mayAsk) return work({ fetch, backgroundFetch: fetch });
    showLoginsThatAreTakenOver(session);
    return withQuietSession(host, url, flags, (backgroundFetch) => work({ fetch, backgroundFetch }));
  });
}

/** Another session of the same login, which renews tokens and asks nobody: for streams that nobody waits for. */
function withQuietSession<Result>(
  host: Host,
  url: string,
  { trace: _, ...flags }: ProxyFlags,
  work: (fetch: Fetch) => Promise<Result>,
): Promise<Result> {
  const printer = { ...host.printer, progress: () => {} };
  return withSession({ ...host, printer, silence: SILENCE }, url, flags, 'ask', ({ fetch }) => work(fetch));
}

/**
 * Shows the page again where this process has come to a login whose process is gone: a host was started again, say. The
 * page of before may be gone, too.
 */
function showLoginsThatAreTakenOver(session: Session): void {
  let shown: string | undefined;
  session.subscribe((snapshot) => {
    const { pending, presented } = snapshot.context;
    if (!snapshot.matches({ authorizing: 'awaitingUser' }) || !pending) return;
    if (pending.key === presented || pending.key === shown) return;
    shown = pending.key;
    // Whoever waits for the login hears how it ended.
    session.login().catch(() => {});
  });
}

/** A host keeps what is printed: not a line for each of its requests. */
function withoutRequests(printer: Printer, { verbose = false }: ProxyFlags): Printer {
  if (verbose) return printer;
  return {
    ...printer,
    progress: (of) => (of.kind === 'request' && of.purpose === 'resource' ? undefined : printer.progress(of)),
  };
}

/** No login: what the person has given is sent, and nobody else is asked. */
async function byHeader(url: string, flags: ProxyFlags, authorization: string): Promise<Access> {
  const send = nodeFetch({ silence: SILENCE, ...(flags.ca !== undefined && { caFile: flags.ca }) });
  const own = await headersIn([...(flags.resourceHeader ?? []), `authorization: ${authorization}`]);
  const fetch: Fetch = async (input, init = {}) => {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(own ?? {})) headers.set(name, value);
    const response = await send(input, { ...init, headers });
    if (response.status !== 401) return response;
    await response.body?.cancel();
    const message = `${placeOf(url)} does not accept the Authorization header of --header. Give another value, or leave the header out to log in.`;
    throw new AuthError(failure('grant_not_accepted', 'requesting', message, { recovery: 'fix-config' }));
  };
  return { fetch, backgroundFetch: fetch };
}
