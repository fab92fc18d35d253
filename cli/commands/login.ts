// `authchart login`: logs in, and keeps the login.
import type { Command } from 'commander';
import { AuthError } from '../../contract/errors.ts';
import { judgeLoginOptions } from '../../engine/options/session.ts';
import type { Session } from '../../engine/sessionSurface.ts';
import { shown } from '../../protocol/text.ts';
import { type Acceptance, acceptanceOf } from '../askResource.ts';
import { exitCodes } from '../failures.ts';
import {
  addClientOptions,
  addLoginOptions,
  addRunOptions,
  addStoreOptions,
  readResource,
  type SessionFlags,
} from '../options.ts';
import type { Perform } from '../perform.ts';
import { mayAskPerson, refuseLogin, tokenOf } from '../person.ts';
import { storedSession } from '../stored.ts';
import { recordsIn, recovered, withSession } from '../withSession.ts';

const afterHelp = `
Finds the authorization server that the resource names, registers there if
needed, and opens its login page. Does nothing when you are logged in already
with these scopes. To log in again, for another account or because the resource
refuses that login, use --again. Asks the resource afterwards whether it accepts
the token. Without a terminal nobody is asked to log in, unless you give
--login.

Examples:
  authchart login https://mcp.example.com/mcp
  authchart login https://mcp.example.com/mcp --scope "notes:read notes:write"
  authchart login https://mcp.example.com/mcp --label work    a second account
  authchart login https://mcp.example.com/mcp --paste         over SSH
  authchart login https://mcp.example.com/mcp --device        on another device
  authchart login https://mcp.example.com/mcp --client-id my-client \\
    --issuer https://accounts.example.com --client-secret-file ./secret
`;

type LoginFlags = SessionFlags & { readonly again?: true };

/** Adds the command. */
export function addLogin(program: Command, perform: Perform): void {
  const command = program
    .command('login')
    .summary('log in, and keep the login')
    .description('Log in to a resource, and keep the login.')
    .argument('<url>', 'the resource: an MCP endpoint or an API')
    .addHelpText('after', afterHelp)
    .optionsGroup('Login:')
    .option('--again', 'log in again, even where there is a login that looks good')
    .action((url: string, flags: LoginFlags) =>
      perform(flags, url, async (host) => {
        const { printer } = host;
        const resource = readResource(url);
        return withSession(host, resource, flags, 'ask', async (session) => {
          const acceptance = await acceptedLogin(session, flags);
          if (acceptance.kind === 'refused') throw new AuthError(acceptance.failure);
          const stored = await storedSession(recordsIn(flags, printer), session.id);
          const isAccepted = acceptance.kind === 'accepted';
          printer.result(
            { ...stored, accepted: isAccepted ? true : null },
            isAccepted
              ? session.explain().summary
              : `There is a token of ${shown(stored?.issuer ?? 'its server')}.`,
          );
          if (!isAccepted)
            printer.complaint(`${acceptance.why}, so it is not known whether it accepts this login.`);
          return exitCodes.done;
        });
      }),
    );
  addRunOptions(addStoreOptions(addClientOptions(addLoginOptions(command))));
}

/** Logs in, and asks the resource. A login of before that it does not take any more is replaced, once. */
async function acceptedLogin(session: Session, flags: LoginFlags): Promise<Acceptance> {
  const before = (await recovered(session)).context.grant?.version;
  await logIn(session, flags);
  const isOld = before !== undefined && session.snapshot.context.grant?.version === before;
  const acceptance = await acceptanceOf(session);
  if (acceptance.kind !== 'refused' || !isOld || !mayAskPerson(flags)) return acceptance;
  await session.login({ scopes: flags.scope ?? [], again: true });
  return acceptanceOf(session);
}

/** Logs in; or finds out that there is a login, where nobody may be asked. */
async function logIn(session: Session, flags: LoginFlags): Promise<void> {
  const { scope: scopes = [], again = false } = flags;
  if (mayAskPerson(flags)) return void (await session.login({ scopes, again }));
  judgeLoginOptions({ scopes });
  if (again) refuseLogin(flags, session.id.resource);
  await tokenOf(session, scopes).catch((thrown: unknown) => {
    const isPersonNeeded = thrown instanceof AuthError && thrown.code === 'interaction_required';
    if (isPersonNeeded) refuseLogin(flags, session.id.resource);
    throw thrown;
  });
}
