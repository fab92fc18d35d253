// `authchart fetch`: a curl that can log in.

import { once } from 'node:events';
import type { Command } from 'commander';
import type { Failure } from '../../contract/errors.ts';
import type { Session } from '../../engine/sessionSurface.ts';
import { shown } from '../../protocol/text.ts';
import { urlOf } from '../../protocol/url.ts';
import { asUnreachable, type ExitCode, exitCodeOf, exitCodes, misused, sentenceOf } from '../failures.ts';
import {
  addClientOptions,
  addLoginOptions,
  addStoreOptions,
  addTraceOption,
  readResource,
  type SessionFlags,
} from '../options.ts';
import type { Host, Perform } from '../perform.ts';
import { type RequestFlags, requestOf } from '../request.ts';
import { belongsTo, coveringResource, storedSessions } from '../stored.ts';
import { recordsIn, recovered, withSession } from '../withSession.ts';
import { shellWord } from '../words.ts';

type FetchFlags = Omit<SessionFlags, 'json'> &
  Omit<RequestFlags, 'json'> & { readonly include?: boolean; readonly json?: string | true };

const afterHelp = `
Logs in when the server asks for it, asks for more scopes when it wants more, and sends the request again.
Uses the login of the URL, or else of the nearest URL above it. The token goes to that origin only; redirects are
printed, not followed. The body goes to standard output as it comes; the exit code is 0 for a status below 400.

Examples:
  authchart fetch https://api.example.com/me
  authchart fetch -i -X DELETE https://api.example.com/notes/1
  authchart fetch https://api.example.com/notes -d title=Hello -d text=World
  authchart fetch https://mcp.example.com/mcp --json '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
  authchart fetch https://api.example.com/me --json                 status, headers and body as JSON
`;

export function addFetch(program: Command, perform: Perform): void {
  const command = program
    .command('fetch')
    .summary('send a request, logging in if need be')
    .description('Send a request, as curl does, logging in if need be.')
    .argument('[url]', 'where to')
    .usage('[options] <url>')
    .addHelpText('after', afterHelp)
    .optionsGroup('Request:')
    .option('-X, --request <method>', 'its method (default: GET, or POST with a body)')
    .option('-H, --header <line>', '"Name: value"; may be repeated', collect)
    .option(
      '-d, --data <data>',
      'a form as body ("@file", "@-": standard input); repeated ones are joined by &',
      collect,
    )
    .optionsGroup('Output:')
    .option('--json [data]', 'with data: send it as JSON; without: print status, headers and body as JSON')
    .option('-i, --include', 'print status and headers too')
    .option('-q, --quiet', 'no progress on standard error')
    .option('-v, --verbose', 'every state, with the requirements that it serves')
    .action((argument: string | undefined, flags: FetchFlags) => {
      const { url, asDocument, data } = targetOf(argument, flags.json);
      const { json: _, ...rest } = flags;
      return perform({ ...rest, json: asDocument }, url, (host) =>
        run(host, url, { ...rest, json: asDocument }, data),
      );
    });
  addStoreOptions(addClientOptions(addLoginOptions(addTraceOption(command))));
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** `--json` takes the URL for its data when it stands right before it. */
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
  const url = readResource(given ?? misused('Which URL? Run authchart fetch --help for what it takes.'));
  const { request, header, data: form } = flags;
  const init = await requestOf({ request, header, data: form, json: data }, flags);
  const resource = await resourceFor(url, host, flags);
  return withSession(host, resource, flags, 'auto', async (session) => {
    const scopes = flags.scope ?? [];
    const isWaiting = (await recovered(session)).hasTag('needsUser');
    if (isWaiting || scopes.length > 0) await session.login({ scopes });
    try {
      const response = await session.fetch(url, { ...init, redirect: 'manual' });
      // Then the answer is only the one that the login was to replace.
      return host.interruption.came() ? exitCodes.failed : await report(session, response, url, host, flags);
    } catch (thrown) {
      throw asUnreachable(thrown, url);
    }
  });
}

/** Whose login is used: one of the URL itself, or of what it lies below. */
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
  { json, include }: RunFlags,
): Promise<ExitCode> {
  const problem = problemOf(session, response);
  if (json) printer.result(await documentOf(response, problem, url), '');
  else await stream(response, include === true);
  if (response.status < 400) return exitCodes.done;
  printer.complaint(problem ? sentenceOf(problem, url) : ownWords(response, url));
  return problem ? exitCodeOf(problem) : exitCodes.failed;
}

/** Why the engine passed a refusal on; nothing where the answer is not about the login. */
function problemOf(session: Session, { status }: Response): Failure | undefined {
  const { failure, refusal } = session.snapshot.context;
  return status === 401 || status === 403 ? (failure ?? refusal ?? undefined) : undefined;
}

function ownWords({ status, statusText }: Response, url: string): string {
  const answer = `${shown(url)} answered ${`${status} ${shown(statusText)}`.trim()}`;
  if (status === 401 || status === 403)
    return `${answer}; run authchart explain ${shellWord(url)} to see why.`;
  return `${answer}; ${status >= 500 ? 'try again later' : 'check the URL and what was sent'}.`;
}

/** So that what comes after it on a terminal stands on a line of its own. */
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

/** The platform does not tell the version of HTTP; it speaks 1.1. */
function headOf({ status, statusText, headers }: Response): string {
  const lines = [...headers].map(([name, value]) => `${name}: ${shown(value, 16_384)}`);
  return `${[`HTTP/1.1 ${status} ${shown(statusText)}`.trim(), ...lines].join('\n')}\n\n`;
}

/** The body as text; as base64, and said so, where it is none. */
async function documentOf(response: Response, problem: Failure | undefined, url: string): Promise<object> {
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
    ...(problem && { error: { ...problem, message: sentenceOf(problem, url) } }),
  };
}
