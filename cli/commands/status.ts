// `authchart status`: the logins in the store. It sends nothing.
import type { Command } from 'commander';
import { shown } from '../../protocol/text.ts';
import { identifies } from '../../protocol/wellKnown.ts';
import { exitCodes, loginAt } from '../failures.ts';
import { grid, table, terminalWidth } from '../layout.ts';
import { addOutputOptions, addStoreOptions, readResource, type StoreOptions } from '../options.ts';
import type { Perform } from '../perform.ts';
import type { OutputOptions } from '../printer.ts';
import { belongsTo, type StoredSession, storedSessions } from '../stored.ts';
import { folderOf, recordsIn } from '../withSession.ts';
import { duration, kindNames } from '../words.ts';

const afterHelp = `
Reads the store, and sends nothing. It cannot show that a server has revoked a
login: run authchart explain to find out. With -v it prints all that is known.
Exits with 0 whether or not you are logged in.

Examples:
  authchart status
  authchart status --label work
  authchart status https://mcp.example.com/mcp --json
`;

/** Adds the command. */
export function addStatus(program: Command, perform: Perform): void {
  const command = program
    .command('status')
    .summary('list your logins')
    .description('List the logins in the store, or only those of one resource.')
    .argument('[url]', 'the resource')
    .addHelpText('after', afterHelp)
    .action((url: string | undefined, flags: StoreOptions & OutputOptions) =>
      perform(flags, url, async ({ printer }) => {
        const resource = url === undefined ? undefined : readResource(url);
        const all = await storedSessions(recordsIn(flags, printer), ({ message }) =>
          printer.complaint(message),
        );
        const sessions = all.filter(
          (one) =>
            belongsTo(one, flags) &&
            (resource === undefined || identifies(one.resource, resource) === 'exact'),
        );
        const store = folderOf(flags);
        const text = sessions.length === 0 ? nobody(flags, resource) : describe(sessions, flags);
        printer.result({ store, sessions }, text);
        return exitCodes.done;
      }),
    );
  addOutputOptions(addStoreOptions(command));
}

function nobody(flags: StoreOptions, resource: string | undefined): string {
  const { label } = flags;
  const where = resource === undefined ? '' : ` at ${shown(resource)}`;
  const as = label === undefined ? '' : ` as ${named(label)}`;
  return `Nobody is logged in${where}${as}. The store is ${shown(folderOf(flags))}.
To log in: authchart login ${loginAt(resource ?? 'https://mcp.example.com/mcp', flags)}`;
}

type Flags = StoreOptions & OutputOptions;

/** A table; blocks where the terminal is too narrow for it, or all is asked for. Below it, what to do. */
function describe(sessions: readonly StoredSession[], { store, verbose = false }: Flags): string {
  const now = Date.now();
  const width = terminalWidth();
  const lines = verbose ? undefined : grid(tableOf(sessions, now), width);
  const text = lines ? heading(lines).join('\n') : sessions.map((one) => block(one, now, verbose)).join('\n');
  const logins = sessions.filter((one) => needOf(one, now) !== undefined);
  const todo = logins.map(
    (one) => `  authchart login ${loginAt(one.resource, { ...one, ...(store !== undefined && { store }) })}`,
  );
  return [text.trimEnd(), ...(todo.length === 0 ? [] : ['', 'To log in again:', ...todo])].join('\n');
}

/** The first line stands out, on a terminal with colours. */
function heading([first = '', ...rest]: readonly string[]): readonly string[] {
  const colourful = process.stdout.isTTY === true && !process.env['NO_COLOR'];
  return [colourful ? `\u001b[1m${first}\u001b[22m` : first, ...rest];
}

/** Columns that are empty in every row are left out. */
function tableOf(sessions: readonly StoredSession[], now: number): readonly (readonly string[])[] {
  const rows = sessions.map((one) => {
    const { resource, issuer, grant } = one;
    return [
      shortly(resource),
      named(one.label, LONGEST_NAME),
      named(one.subject, LONGEST_NAME),
      shortly(issuer),
      shown(grant?.scopes.join(' ') || '-', 1000),
      untilOf(grant, now),
      needOf(one, now) ?? 'nothing',
    ];
  });
  const all = [['RESOURCE', 'LABEL', 'SUBJECT', 'SERVER', 'SCOPES', 'VALID FOR', 'TO DO'], ...rows];
  const isUsed = (column: number) => column > 2 || column === 0 || rows.some((row) => row[column] !== '-');
  return all.map((row) => row.filter((_, column) => isUsed(column)));
}

/** The longest name in a table, in characters. `-v` and `--json` tell more. */
const LONGEST_NAME = 40;

/** A name that a person has given. One that would look like an empty cell, or like no name, is quoted. */
function named(name: string | undefined, longest?: number): string {
  if (name === undefined) return '-';
  return shown(name.trim() === name && name !== '-' ? name : JSON.stringify(name), longest);
}

/** Without `https://`, which most have. What can be copied whole is below the table, and in `-v`. */
const shortly = (url: string): string => shown(url).replace(/^https:\/\//, '');

function untilOf(grant: StoredSession['grant'], now: number): string {
  if (!grant) return '-';
  const end = grant.renewable ? ', then renewed' : '';
  if (grant.expiresAt === undefined) return `not known${end}`;
  const left = Date.parse(grant.expiresAt) - now;
  if (left > 0) return `${roughly(left)}${end}`;
  return grant.renewable ? 'renewed when used' : `ended ${roughly(-left)} ago`;
}

/** Minutes are enough in a table. */
const roughly = (milliseconds: number): string => /^\d+ \w+/.exec(duration(milliseconds))?.[0] ?? '';

/** What a person has to do, if anything. */
function needOf({ grant }: StoredSession, now: number): string | undefined {
  if (!grant) return 'log in again';
  const isOver = grant.expiresAt !== undefined && Date.parse(grant.expiresAt) <= now;
  return isOver && !grant.renewable ? 'log in again' : undefined;
}

function block(session: StoredSession, now: number, verbose: boolean): string {
  const { resource, subject, label, issuer, registration, clientId, before, grant } = session;
  return `${shown(resource)}\n${table([
    label === undefined ? undefined : ['label', named(label)],
    subject === undefined ? undefined : ['subject', named(subject)],
    ['login', lifeOf(grant, now)],
    [
      'scopes',
      grant && grant.scopes.length > 0 ? shown(grant.scopes.join(' '), 1000) : 'the server did not name any',
    ],
    ['server', shown(issuer)],
    verbose ? ['client', `${shown(clientId)}, ${kindNames[registration]}`] : undefined,
    before.length === 0 ? undefined : ['before', `bound to ${shown(before.join(', '), 1000)}`],
  ])}`;
}

function lifeOf(grant: StoredSession['grant'], now: number): string {
  if (!grant) return 'has no tokens any more, log in again';
  const end = grant.renewable ? 'is renewed when needed' : 'cannot be renewed';
  if (grant.expiresAt === undefined) return `expires at an unknown time, ${end}`;
  const left = Date.parse(grant.expiresAt) - now;
  return left > 0 ? `expires in ${duration(left)}, ${end}` : `expired ${duration(-left)} ago, ${end}`;
}
