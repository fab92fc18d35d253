// `authchart fetch`: sends a request as curl does, and logs in if the server asks for it.

import { once } from 'node:events';
import type { Command } from 'commander';
import type { Failure } from '../../contract/errors.ts';
import type { Session } from '../../engine/sessionSurface.ts';
import { shown } from '../../protocol/text.ts';
import { urlOf } from '../../protocol/url.ts';
import {
  asUnreachable,
  type ExitCode,
  exitCodeOf,
  exitCodes,
  loginAt,
  messageOf,
  misused,
} from '../failures.ts';
import {
  addClientOptions,
  addLoginOptions,
  addStoreOptions,
  addTraceOption,
  readResource,
  type SessionFlags,
} from '../options.ts';
import { type Host, noteOtherLogins, type Perform } from '../perform.ts';
import { mayAskPerson, tokenOf } from '../person.ts';
import { type RequestFlags, requestOf } from '../request.ts';
import { belongsTo, coveringResource, storedSessions } from '../stored.ts';
import { collect } from '../values.ts';
import { recordsIn, recovered, withSession } from '../withSession.ts';

type FetchFlags = Omit<SessionFlags, 'json'> &
  Omit<RequestFlags, 'json'> & { readonly include?: boolean; readonly json?: string | true };

const afterHelp = `
Logs in when the server asks for it, and sends the request again. Asks for more
scopes when the server demands them. Uses the login of this URL, or else of the
nearest URL above it. The token is sent to that origin only. Redirects are
printed and not followed. The body of the answer is printed on standard output
as it comes. Exits with 0 when the status is below 400.

Examples:
  authchart fetch https://api.example.com/me
  authchart fetch -i -X DELETE https://api.example.com/notes/1
  authchart fetch https://api.example.com/notes -d title=Hello -d text=World
  authchart fetch https://mcp.example.com/mcp \\
    --json '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
  authchart fetch https://api.example.com/me --json    the answer as a document
`;

/** Adds the command. */
export function addFetch(program: Command, perform: Perform): void {
  const command = program
    .command('fetch')
    .summary('send a request, and log in if needed')
    .description('Send a request, as curl does, and log in if the server asks for it.')
    .argument('[url]', 'where to send the request')
    .usage('[options] <url>')
    .addHelpText('after', afterHelp)
    .optionsGroup('Request:')
    .option('-X, --request <method>', 'method (default: GET, or POST with a body)')
    .option('-H, --header <line>', 'header, as in "Name: value"; may be repeated', collect)
    .option(
      '-d, --data <data>',
      'body, as a form ("@file": from a file, "@-": from standard input); repeated ones are joined by &',
      collect,
    )
    .optionsGroup('Output:')
    .option('--json [data]', 'with data: send it as JSON; without: print status, headers and body as JSON')
    .option('-i, --include', 'print status and headers, too')
    .option('-q, --quiet', 'print no progress')
    .option('-v, --verbose', 'print every state, with the ids of its requirements')
    .action((argument: string | undefined, flags: FetchFlags) => {
      const { url, asDocument, data } = targetOf(argument, flags.json);
      const { json: _, ...rest } = flags;
      return perform({ ...rest, json: asDocument }, url, (host) =>
        run(host, url, { ...rest, json: asDocument }, data),
      );
    });
  addStoreOptions(addClientOptions(addLoginOptions(addTraceOption(command)), false));
}

/** The parser takes the URL for the data of `--json` when it stands directly after it. This corrects that. */
function targetOf(argument: string | undefined, json: string | true | undefined) {
  if (argument === undefined && typeof json === 'string' && urlOf(json)) {
    return { url: json, asDocument: true, data: undefined };
  }
  return { url: argument, asDocument: json === true, data: json === true ? undefined : json };
}

type RunFlags = SessionFlags & Omit<RequestFlags, 'json'> & { readonly include?: boolean };

async function run(
  host: Host,
  given: string | undefined,
  flags: RunFlags,
  data: string | undefined,
): Promise<ExitCode> {
  const url = readResource(
    given ?? misused('The URL is missing. Run authchart fetch --help to see its arguments.'),
  );
  const { request, header, data: form } = flags;
  const init = await requestOf({ request, header, data: form, json: data }, flags);
  const resource = await resourceFor(url, host, flags);
  const mayAsk = mayAskPerson(flags);
  return withSession(host, resource, flags, mayAsk ? 'auto' : 'ask', async (session) => {
    const scopes = flags.scope ?? [];
    const isWaiting = (await recovered(session)).hasTag('needsUser');
    if (isWaiting || scopes.length > 0) await (mayAsk ? session.login({ scopes }) : tokenOf(session, scopes));
    try {
      const response = await session.fetch(url, { ...init, redirect: 'manual' });
      // After an interruption this is the answer to the request without a login.
      return host.interruption.came() ? exitCodes.failed : await report(session, response, url, host, flags);
    } catch (thrown) {
      throw asUnreachable(thrown, url);
    }
  });
}

/** The resource whose login is used: the URL itself, or a URL above it. */
async function resourceFor(url: string, { printer }: Host, flags: RunFlags): Promise<string> {
  const own = { subject: flags.subject ?? '', label: flags.label ?? '' };
  const known = await storedSessions(recordsIn(flags, printer), ({ message }) => printer.complaint(message));
  const resource = coveringResource(
    known.filter((one) => belongsTo(one, own)),
    url,
  );
  if (resource !== url) printer.note(`The login of ${shown(resource)} is used.`);
  return resource;
}

async function report(
  session: Session,
  response: Response,
  url: string,
  { printer }: Host,
  flags: RunFlags,
): Promise<ExitCode> {
  const { json, include } = flags;
  const problem = problemOf(session, response);
  const said = problem && { ...problem, message: messageOf(problem, url, flags) };
  if (json) printer.result(await documentOf(response, said), '');
  else await stream(response, include === true);
  if (response.status < 400) return exitCodes.done;
  printer.complaint(said ? said.message : describe(response, url, flags));
  if (said?.code === 'interaction_required') await noteOtherLogins(printer, url, flags);
  return said ? exitCodeOf(said) : exitCodes.failed;
}

/** Why the engine could not help; nothing when the answer is not about the login. */
function problemOf(session: Session, { status }: Response): Failure | undefined {
  const { failure, refusal } = session.snapshot.context;
  return status === 401 || status === 403 ? (failure ?? refusal ?? undefined) : undefined;
}

function describe({ status, statusText }: Response, url: string, flags: RunFlags): string {
  const answer = `${shown(url)} answered ${`${status} ${shown(statusText)}`.trim()}`;
  if (status === 401 || status === 403)
    return `${answer}. Run authchart explain ${loginAt(url, flags)} to see why.`;
  return `${answer}. ${status >= 500 ? 'Try again later.' : 'Check the URL and what was sent.'}`;
}

/** On a terminal the output ends with a line break. */
const LINE_BREAK = 10;

async function stream(response: Response, withHead: boolean): Promise<void> {
  if (withHead) process.stdout.write(headOf(response));
  let last: number | undefined;
  for await (const chunk of response.body ?? []) {
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
    last = chunk.at(-1) ?? last;
  }
  if (process.stdout.isTTY && last !== undefined && last !== LINE_BREAK) process.stdout.write('\n');
}

/** The platform does not say which version of HTTP was used. It uses 1.1. */
function headOf({ status, statusText, headers }: Response): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${shown(value, 16_384)}`);
  return `${[`HTTP/1.1 ${status} ${shown(statusText)}`.trim(), ...lines].join('\n')}\n\n`;
}

/** The answer as data. A body that is not UTF-8 text is base64, and `encoding` says so. */
async function documentOf(response: Response, error: Failure | undefined): Promise<object> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const { status, headers } = response;
  const cookies = headers.getSetCookie();
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text).equals(bytes);
  return {
    status,
    headers: { ...Object.fromEntries(headers), ...(cookies.length > 0 && { 'set-cookie': cookies }) },
    body: isText ? text : bytes.toString('base64'),
    ...(!isText && { encoding: 'base64' }),
    ...(error && { error }),
  };
}
