// `authchart import`: takes over the logins that other tools left on this machine; no network.
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
import { type ExitCode, exitCodeOf, exitCodes, misused, sentenceOf } from '../failures.ts';
import { addOutputOptions, addStoreOptions, readResource, type StoreOptions } from '../options.ts';
import type { Perform } from '../perform.ts';
import type { OutputOptions } from '../printer.ts';
import { folderOf } from '../withSession.ts';
import { table } from '../words.ts';

const afterHelp = `
Only reads the files of the other tool, sends nothing, and never writes over a login of authchart.
A login that does not say which server issued it is imported with --issuer only: nothing is sent to a guess.
Stop using it in the other tool: a server may end a login whose refresh token comes from two sides.

mcp-remote  PATH is its folder (default: $MCP_REMOTE_CONFIG_DIR, or ~/.mcp-auth). Its files are named by hashes, so
            give each server URL of its configuration, and its --resource, with --resource. Headers are part of
            the hash too: a login that was made with --header is not found.
sdk         PATH is a JSON file, or several that make up one login, of the TypeScript MCP SDK: what
            saveClientInformation() was given, what saveTokens() was given, or { "clientInformation": ...,
            "tokens": ... }, there perhaps with the "resourceUrl". Version 2 writes the issuer into both.

Exits with 0 also when nothing was found, with 1 when a file is broken, and with 5 when a login was not imported
because its issuer is not known or not to be trusted.

Examples:
  authchart import mcp-remote --resource https://mcp.example.com/mcp --issuer https://accounts.example.com
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

export function addImport(program: Command, perform: Perform): void {
  const command = program
    .command('import')
    .summary('take over the logins of another tool')
    .description('Take over the logins that another tool left on this machine.')
    .addArgument(new Argument('<source>', 'which tool').choices(['mcp-remote', 'sdk']))
    .argument('[path...]', 'where they are')
    .addHelpText('after', afterHelp)
    .option('--resource <url>', 'the resource that a login is for; may be repeated', collect)
    .option('--issuer <url>', 'the authorization server that issued what does not say it itself')
    .option('--dry-run', 'say what would be done, and write nothing')
    .action((source: Source, paths: readonly string[], flags: ImportFlags) =>
      perform(flags, undefined, async ({ printer }) => {
        judgeNamedIssuer(flags.issuer);
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
        const failures = found.failures.map((failure) => ({ ...failure, message: sentenceOf(failure) }));
        const document = { store, dryRun, logins: logins.map(inWords), failures, unknown: found.unknown };
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

function judgeNamedIssuer(issuer: string | undefined): void {
  const verdict = issuer === undefined ? undefined : judgeIssuer(issuer);
  if (verdict && !verdict.ok)
    misused(`--issuer cannot be used: ${verdict.reason}; give one like https://accounts.example.com.`);
}

function findLogins(source: Source, paths: readonly string[], resources: readonly string[]): Promise<Found> {
  const [path, second] = paths;
  const [resource, other] = resources;
  if (path === undefined) misused('Which file of the SDK? Give its path.');
  if (source === 'mcp-remote') {
    if (second !== undefined) misused('mcp-remote has one folder; give one path.');
    return readMcpRemote({ folder: path, resources });
  }
  if (other !== undefined) misused('A login of the SDK is for one resource; give one --resource.');
  return readSdkRecords({ files: paths, ...(resource !== undefined && { resource }) });
}

const failureIn = (login: ImportOutcome): readonly Failure[] =>
  login.outcome === 'not-imported' ? [login.failure] : [];

/** That a person has to log in again is no failure of this command. */
function worstOf(failures: readonly Failure[]): ExitCode {
  const codes = failures.map(exitCodeOf);
  const reported = [exitCodes.refused, exitCodes.usage, exitCodes.failed];
  return reported.find((code) => codes.includes(code)) ?? exitCodes.done;
}

/** With the sentence put in terms of this command. */
function inWords(login: ImportOutcome): ImportOutcome {
  if (login.outcome !== 'not-imported') return login;
  const { failure, resource } = login;
  return { ...login, failure: { ...failure, message: sentenceOf(failure, shown(resource)) } };
}

/** What was looked for, and is not there. */
function nothingFor(resources: readonly string[], { logins }: Found): readonly string[] {
  const nothing = 'No login that could be imported was found';
  if (resources.length === 0) return logins.length === 0 ? [nothing] : [];
  const there = new Set(logins.flatMap(({ resource, audience = resource }) => [resource, audience]));
  return resources
    .filter((resource) => !there.has(resource))
    .map((resource) => `${nothing} for ${shown(resource)}`);
}

function blockOf(login: ImportOutcome, dryRun: boolean): string {
  return `${shown(login.resource)}\n${table(rowsOf(inWords(login), dryRun))}`;
}

function rowsOf(login: ImportOutcome, dryRun: boolean): Parameters<typeof table>[0] {
  const { from, older = [] } = login;
  return [
    ...outcomeRows(login, dryRun),
    ['from', shown(from.join(', '), 1000)],
    older.length === 0 ? undefined : ['older', `${shown(older.join(', '), 1000)}: left alone`],
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

/** Most files that are named to a person; the document names all. */
const MAX_NAMED = 20;

function unknownLines({ unknown }: Found): readonly string[] {
  if (unknown.length === 0) return [];
  const more = unknown.length - MAX_NAMED;
  return [
    'Unknown resource; name it with --resource:',
    ...unknown.slice(0, MAX_NAMED).map((name) => `  ${shown(name)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
