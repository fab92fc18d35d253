// `authchart login`: logs in, and keeps the login.
import type { Command } from 'commander';
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
import { storedSession } from '../stored.ts';
import { recordsIn, withSession } from '../withSession.ts';

const afterHelp = `
Finds the authorization server that the resource names, registers there if needed, and opens its login page.
Does nothing when you are logged in already with these scopes. To log in again, for another
account or because the resource refuses that login, use --again.

Examples:
  authchart login https://mcp.example.com/mcp
  authchart login https://mcp.example.com/mcp --scope "notes:read notes:write"
  authchart login https://mcp.example.com/mcp --user-agent paste     for SSH and containers
  authchart login https://mcp.example.com/mcp --client-id my-client \\
    --issuer https://accounts.example.com --client-secret-file ./secret
`;

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
    .action((url: string, flags: SessionFlags & { readonly again?: true }) =>
      perform(flags, url, async (host) => {
        const { printer } = host;
        const resource = readResource(url);
        return withSession(host, resource, flags, 'ask', async (session) => {
          await session.login({ scopes: flags.scope ?? [], again: flags.again === true });
          const stored = await storedSession(recordsIn(flags, printer), session.id);
          printer.result(stored, session.explain().summary);
          return exitCodes.done;
        });
      }),
    );
  addRunOptions(addStoreOptions(addClientOptions(addLoginOptions(command))));
}
