// `authchart logout`: revokes what was issued, and forgets it.
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
import type { Perform } from '../perform.ts';
import { storedSession } from '../stored.ts';
import { recordsIn, withSession } from '../withSession.ts';

const afterHelp = `
Tells the authorization server to revoke the tokens, and deletes every copy of them here, whether or not it answers.
A client that was registered by hand with a secret has to be given again, or its tokens are only deleted here.

Examples:
  authchart logout https://mcp.example.com/mcp
  authchart logout https://mcp.example.com/mcp --client-id my-client \\
    --issuer https://accounts.example.com --client-secret-file ./secret
`;

export function addLogout(program: Command, perform: Perform): void {
  const command = program
    .command('logout')
    .summary('revoke and forget a login')
    .description('Revoke what was issued for a resource, and forget it.')
    .argument('<url>', 'the resource that you logged in to')
    .addHelpText('after', afterHelp)
    .action((url: string, flags: SessionFlags) =>
      perform(flags, url, async (host) => {
        const resource = readResource(url);
        return withSession(host, resource, flags, 'ask', async (session) => {
          const { printer } = host;
          const known = await storedSession(recordsIn(flags, printer), session.id);
          await session.logout();
          const loggedOut = known?.grant !== undefined;
          const revoked = wasRevoked(session.explain());
          printer.result(
            { resource, loggedOut, revoked },
            loggedOut ? `Logged out of ${shown(resource)}.` : `Nobody was logged in at ${shown(resource)}.`,
          );
          if (loggedOut && !revoked) {
            printer.complaint(
              `${shown(known.issuer)} did not revoke the tokens; they are deleted here, and good there until they run out.`,
            );
          }
          return exitCodes.done;
        });
      }),
    );
  addRunOptions(addStoreOptions(addClientOptions(command)));
}

/**
 * Whether every server that was asked took one of the tokens back: with the refresh token the whole family goes,
 * and many servers cannot take back an access token. RFC 7009 §2.1, §2.2.1
 */
function wasRevoked({ steps }: Explanation): boolean {
  const answers = steps.filter((step) => step.kind === 'request').filter(isRevocation);
  const taken = new Set(answers.filter(({ status }) => status === 200).map(({ url }) => url));
  return answers.length > 0 && answers.every(({ url }) => taken.has(url));
}

const isRevocation = ({ purpose }: Extract<Progress, { kind: 'request' }>): boolean =>
  purpose === 'revocation';
