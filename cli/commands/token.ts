// `authchart token`: prints the access token, renewed when it is due. It never opens a browser.
import type { Command } from 'commander';
import { exitCodes } from '../failures.ts';
import {
  addClientOptions,
  addRunOptions,
  addScopeOption,
  addStoreOptions,
  readResource,
  type SessionFlags,
} from '../options.ts';
import type { Perform } from '../perform.ts';
import { tokenOf } from '../person.ts';
import { withSession } from '../withSession.ts';

const afterHelp = `
Prints the token and a line break on standard output, and nothing else there.
Renews the token first when it is due. Never opens a browser. Exits with 3 when
a person has to log in.

Examples:
  authchart token https://mcp.example.com/mcp
  authchart token https://mcp.example.com/mcp --scope notes:write
  authchart token -q https://api.example.com/ |
    sed 's/^/Authorization: Bearer /' | curl -H @- https://api.example.com/me
`;

/** Adds the command. */
export function addToken(program: Command, perform: Perform): void {
  const command = program
    .command('token')
    .summary('print an access token')
    .description('Print an access token, renewed when it is due.')
    .argument('<url>', 'the resource that you logged in to')
    .addHelpText('after', afterHelp)
    .action((url: string, flags: SessionFlags) =>
      perform(flags, url, async (host) => {
        const resource = readResource(url);
        return withSession(host, resource, flags, 'ask', async (session) => {
          const accessToken = await tokenOf(session, flags.scope ?? []);
          const { expiresAt, granted: scopes } = session.explain().grant ?? {};
          host.printer.result({ resource, accessToken, expiresAt, scopes }, accessToken);
          return exitCodes.done;
        });
      }),
    );
  addScopeOption(command.optionsGroup('Token:'), 'scopes that the token must have, as in "a b"');
  addRunOptions(addStoreOptions(addClientOptions(command)));
}
