// `authchart logout`: revokes the tokens of a login, and deletes them.
import type { Command } from 'commander';
import type { Explanation } from '../../engine/explain.ts';
import type { Progress } from '../../engine/observe.ts';
import { shown } from '../../protocol/text.ts';
import { exitCodes } from '../failures.ts';
import {
  addClientOptions,
  addRunOptions,
  addStoreOptions,
  readResource,
  type SessionFlags,
} from '../options.ts';
import { noteOtherLogins, type Perform } from '../perform.ts';
import { storedSession } from '../stored.ts';
import { recordsIn, withSession } from '../withSession.ts';

const afterHelp = `
Asks the authorization server to revoke the tokens, and deletes them here,
whether or not the server answers. If the client was registered by hand with a
secret, give the client again. Otherwise its tokens are deleted here, but not
revoked.

A server that shows an error page instead of its login page may have forgotten
the client that authchart registered. Then use --forget and log in again.

Examples:
  authchart logout https://mcp.example.com/mcp --forget
  authchart logout https://mcp.example.com/mcp
  authchart logout https://mcp.example.com/mcp --client-id my-client \\
    --issuer https://accounts.example.com --client-secret-file ./secret
`;

interface ForgetFlag {
  readonly forget?: boolean;
}

/** Adds the command. */
export function addLogout(program: Command, perform: Perform): void {
  const command = program
    .command('logout')
    .summary('revoke and delete the tokens of a login')
    .description('Revoke the tokens of a login, and delete them.')
    .argument('<url>', 'the resource that you logged in to')
    .option('--forget', 'forget the registered client, too: the next login registers a new one')
    .addHelpText('after', afterHelp)
    .action((url: string, flags: SessionFlags & ForgetFlag) =>
      perform(flags, url, async (host) => {
        const resource = readResource(url);
        return withSession(host, resource, flags, 'ask', async (session) => {
          const { printer } = host;
          const known = await storedSession(recordsIn(flags, printer), session.id);
          await session.logout(flags.forget ? { forget: 'everything' } : {});
          const loggedOut = known?.grant !== undefined;
          const revoked = wasRevoked(session.explain());
          printer.result(
            { resource, loggedOut, revoked },
            loggedOut ? `Logged out of ${shown(resource)}.` : `Nobody was logged in at ${shown(resource)}.`,
          );
          if (!loggedOut) await noteOtherLogins(printer, resource, flags);
          if (loggedOut && !revoked) {
            printer.complaint(
              `${shown(known.issuer)} did not revoke the tokens. They are deleted here, but they work until they expire.`,
            );
          }
          return exitCodes.done;
        });
      }),
    );
  addRunOptions(addStoreOptions(addClientOptions(command)));
}

/**
 * Whether every server that was asked revoked at least one token. Many servers cannot revoke an access token. When they
 * revoke the refresh token, its access tokens should become invalid, too.
 * @see RFC 7009 §2.1, §2.2.1
 */
function wasRevoked({ steps }: Explanation): boolean {
  const answers = steps.filter((step) => step.kind === 'request').filter(isRevocation);
  const revoked = new Set(answers.filter(({ status }) => status === 200).map(({ url }) => url));
  return answers.length > 0 && answers.every(({ url }) => revoked.has(url));
}

const isRevocation = ({ purpose }: Extract<Progress, { kind: 'request' }>): boolean =>
  purpose === 'revocation';
