// `authchart status`: the logins in the store. It sends nothing.
import type { Command } from 'commander';
import { shown } from '../../protocol/text.ts';
import { identifies } from '../../protocol/wellKnown.ts';
import { exitCodes } from '../failures.ts';
import { addOutputOptions, addStoreOptions, readResource, type StoreOptions } from '../options.ts';
import type { Perform } from '../perform.ts';
import type { OutputOptions } from '../printer.ts';
import { belongsTo, type StoredSession, storedSessions } from '../stored.ts';
import { folderOf, recordsIn } from '../withSession.ts';
import { duration, kindNames, table } from '../words.ts';

const afterHelp = `
Reads the store, and sends nothing. It cannot show that a server has revoked a login: run authchart explain to find out.
Exits with 0 whether or not you are logged in.

Examples:
  authchart status
  authchart status https://mcp.example.com/mcp --json
`;

/** Adds the command. */
export function addStatus(program: Command, perform: Perform): void {
  const command = program
    .command('status')
    .summary('list the logins')
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
        const nobody = `Nobody is logged in${resource === undefined ? '' : ` at ${shown(resource)}`}. The store is ${shown(store)}.`;
        const text = sessions.map((one) => describe(one, Date.now())).join('\n');
        printer.result({ store, sessions }, sessions.length === 0 ? nobody : text.trimEnd());
        return exitCodes.done;
      }),
    );
  addOutputOptions(addStoreOptions(command));
}

function describe(session: StoredSession, now: number): string {
  const { resource, subject, label, issuer, registration, clientId, before, grant } = session;
  return `${shown(resource)}\n${table([
    ['login', lifeOf(grant, now)],
    [
      'scopes',
      grant && grant.scopes.length > 0 ? shown(grant.scopes.join(' '), 1000) : 'the server did not name any',
    ],
    ['server', shown(issuer)],
    ['client', `${shown(clientId)}, ${kindNames[registration]}`],
    subject === undefined ? undefined : ['subject', shown(subject)],
    label === undefined ? undefined : ['label', shown(label)],
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
