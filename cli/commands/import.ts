// `authchart import`: copies the logins of other tools on this machine. It sends nothing.
import { Argument, type Command } from 'commander';
import {
  type Found,
  fileStore,
  type ImportOutcome,
  importLogins,
  mcpRemoteFolder,
  readMcpRemote,
  readSdkRecords,
} from '../../adapters/node.ts';
import type { Failure } from '../../contract/errors.ts';
import { shown } from '../../protocol/text.ts';
import { judgeIssuer } from '../../protocol/wellKnown.ts';
import { type ExitCode, exitCodeOf, exitCodes, messageOf, misused } from '../failures.ts';
import { table } from '../layout.ts';
import { addOutputOptions, addStoreOptions, readResource, type StoreOptions } from '../options.ts';
import type { Perform } from '../perform.ts';
import type { OutputOptions } from '../printer.ts';
import { folderOf } from '../withSession.ts';

const afterHelp = `
Reads the files of the other tool, and does not change them. It sends nothing,
and overwrites no login of authchart. If a login does not say which server
issued it, you have to say so with --issuer. Do not use the login in the other
tool afterwards: a server may end a login when two programs send its refresh
token.

  mcp-remote  PATH is its folder (default: $MCP_REMOTE_CONFIG_DIR, or
              ~/.mcp-auth). The file names are hashes of the server URLs. So
              give each server URL of its configuration with --resource, and
              also the value of its own --resource option. A login that was made
              with its --header option is not found.
  sdk         PATH is one JSON file, or several files of one login, of the
              TypeScript MCP SDK. A file holds the argument of
              saveClientInformation(), or the argument of saveTokens(), or both
              as { "clientInformation": ..., "tokens": ... }, with "resourceUrl"
              or without. Version 2 of the SDK writes the issuer into both.

Exits with 0 also when nothing was found, with 1 when a file is broken, and with
5 when a login was not imported because its issuer is not known or cannot be
trusted.

Examples:
  authchart import mcp-remote --resource https://mcp.example.com/mcp \\
    --issuer https://accounts.example.com
  authchart import mcp-remote --resource https://mcp.example.com/sse --dry-run
  authchart import sdk ./oauth.json --resource https://mcp.example.com/mcp
`;

type Source = 'mcp-remote' | 'sdk';

type ImportFlags = StoreOptions &
  OutputOptions & {
    readonly resource?: readonly string[];
    readonly issuer?: string;
    readonly dryRun?: boolean;
  };

/** Adds the command. */
export function addImport(program: Command, perform: Perform): void {
  const command = program
    .command('import')
    .summary('copy the logins of another tool')
    .description('Copy the logins of another tool on this machine.')
    .addArgument(new Argument('<source>', 'the other tool').choices(['mcp-remote', 'sdk']))
    .argument('[path...]', 'its folder, or its files')
    .addHelpText('after', afterHelp)
    .option('--resource <url>', 'resource that a login is for; may be repeated', collect)
    .option('--issuer <url>', 'authorization server of the logins that do not name one')
    .option('--dry-run', 'print what would be done, and write nothing')
    .action((source: Source, paths: readonly string[], flags: ImportFlags) =>
      perform(flags, undefined, async ({ printer }) => {
        checkIssuer(flags.issuer);
        const where = paths.length > 0 || source === 'sdk' ? paths : [mcpRemoteFolder(process.env)];
        const resources = (flags.resource ?? []).map(readResource);
        const found = await findLogins(source, where, resources);
        const { issuer, subject, label, dryRun = false } = flags;
        const store = folderOf(flags);
        const logins = await importLogins(fileStore({ folder: store }), found.logins, {
          ...(issuer !== undefined && { issuer }),
          ...(subject !== undefined && { subject }),
          ...(label !== undefined && { label }),
          dryRun,
        });
        const failures = found.failures.map((failure) => ({ ...failure, message: messageOf(failure) }));
        const document = { store, dryRun, logins: logins.map(withAdvice), failures, unknown: found.unknown };
        const missing = nothingFor(resources, found).map(
          (what) => `${what} in ${shown(where.join(', '), 1000)}.`,
        );
        const blocks = logins.map((login) => blockOf(login, dryRun));
        printer.result(document, [...blocks, ...missing, ...unknownLines(found)].join('\n').trimEnd());
        for (const { message } of failures) printer.complaint(message);
        return worstOf([...found.failures, ...logins.flatMap(failureIn)]);
      }),
    );
  addOutputOptions(addStoreOptions(command));
}

const collect = (url: string, before: readonly string[] = []): readonly string[] => [...before, url];

function checkIssuer(issuer: string | undefined): void {
  const verdict = issuer === undefined ? undefined : judgeIssuer(issuer);
  if (verdict && !verdict.ok)
    misused(`--issuer cannot be used: ${verdict.reason}. Give one such as https://accounts.example.com.`);
}

function findLogins(source: Source, paths: readonly string[], resources: readonly string[]): Promise<Found> {
  const [path, second] = paths;
  const [resource, other] = resources;
  if (path === undefined) misused('The path of the file is missing. Give it after "sdk".');
  if (source === 'mcp-remote') {
    if (second !== undefined) misused('mcp-remote has one folder. Give only one path.');
    return readMcpRemote({ folder: path, resources });
  }
  if (other !== undefined) misused('A login of the SDK is for one resource. Give only one --resource.');
  return readSdkRecords({ files: paths, ...(resource !== undefined && { resource }) });
}

const failureIn = (login: ImportOutcome): readonly Failure[] =>
  login.outcome === 'not-imported' ? [login.failure] : [];

/** A login that cannot be imported and has to be made again is not a failure of this command. */
function worstOf(failures: readonly Failure[]): ExitCode {
  const codes = failures.map(exitCodeOf);
  const reported = [exitCodes.refused, exitCodes.usage, exitCodes.failed];
  return reported.find((code) => codes.includes(code)) ?? exitCodes.done;
}

/** The outcome with a message that says which command to run. */
function withAdvice(login: ImportOutcome): ImportOutcome {
  if (login.outcome !== 'not-imported') return login;
  const { failure, resource } = login;
  return { ...login, failure: { ...failure, message: messageOf(failure, shown(resource)) } };
}

/** A text for each resource that nothing was found for. */
function nothingFor(resources: readonly string[], { logins }: Found): readonly string[] {
  const nothing = 'No login that could be imported was found';
  if (resources.length === 0) return logins.length === 0 ? [nothing] : [];
  const there = new Set(logins.flatMap(({ resource, audience = resource }) => [resource, audience]));
  return resources
    .filter((resource) => !there.has(resource))
    .map((resource) => `${nothing} for ${shown(resource)}`);
}

function blockOf(login: ImportOutcome, dryRun: boolean): string {
  return `${shown(login.resource)}\n${table(rowsOf(withAdvice(login), dryRun))}`;
}

function rowsOf(login: ImportOutcome, dryRun: boolean): Parameters<typeof table>[0] {
  const { from, older = [] } = login;
  return [
    ...outcomeRows(login, dryRun),
    ['from', shown(from.join(', '), 1000)],
    older.length === 0 ? undefined : ['older', `${shown(older.join(', '), 1000)}: not imported`],
  ];
}

function outcomeRows(login: ImportOutcome, dryRun: boolean): Parameters<typeof table>[0] {
  if (login.outcome === 'kept') return [['outcome', `kept: ${login.why}`]];
  if (login.outcome === 'not-imported') {
    return [
      ['outcome', 'found, not imported'],
      ['why', login.failure.message],
    ];
  }
  return [
    ['outcome', dryRun ? 'would be imported' : 'imported'],
    ['server', shown(login.issuer)],
    ['client', shown(login.clientId)],
  ];
}

/** So many files are printed at most. With `--json` all are. */
const MAX_NAMED = 20;

function unknownLines({ unknown }: Found): readonly string[] {
  if (unknown.length === 0) return [];
  const more = unknown.length - MAX_NAMED;
  return [
    'Files of unknown resources (name the resources with --resource):',
    ...unknown.slice(0, MAX_NAMED).map((name) => `  ${shown(name)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
