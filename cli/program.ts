// The command line: its commands, its help, and its messages for wrong arguments.
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { exitCodes } from './failures.ts';
import type { Interruption } from './interruption.ts';
import { type Perform, performer } from './perform.ts';

const afterHelp = `
Examples:
  authchart login https://mcp.example.com/mcp
  authchart fetch https://mcp.example.com/mcp --json '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
  authchart token -q https://api.example.com/ | sed 's/^/Authorization: Bearer /' |
    curl -H @- https://api.example.com/me
  authchart explain https://mcp.example.com/mcp
  authchart proxy https://mcp.example.com/mcp      for an MCP host: standard input and output
  authchart import mcp-remote --resource https://mcp.example.com/mcp --issuer https://accounts.example.com

Exit codes:
  0  done                       3  a person has to log in: run authchart login
  1  failed                     4  a server could not be reached, or has an outage
  2  the command line is wrong  5  refused for safety

Environment:
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY  proxies for requests, and hosts that need none, as in curl
  NODE_EXTRA_CA_CERTS                PEM file of certificate authorities to trust, as --ca
  AUTHCHART_STORE                    folder with the logins, as --store

Results are printed on standard output, progress and errors on standard error.
Run authchart COMMAND --help for the options of a command.
`;

/**
 * Parses and runs a command line.
 * @returns the exit code. It throws only for a defect of the program.
 */
export async function runCommandLine(args: readonly string[], interruption: Interruption): Promise<number> {
  let code: number = exitCodes.done;
  const program = new Command('authchart')
    .description('Logs in to MCP servers and other resources that OAuth protects, and keeps the logins.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', afterHelp)
    .showHelpAfterError('Run authchart --help to see the commands.')
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'authchart: ')),
    });
  const perform = performer(interruption, (ended) => {
    code = ended;
  });
  for (const add of await asked(args)) add(program, perform);
  for (const command of program.commands) {
    command.showHelpAfterError(`Run authchart ${command.name()} --help to see its arguments.`);
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
}

/** What adds a command to the program. */
type Add = (program: Command, perform: Perform) => void;

/** Where each command is, in the order of the help. */
const commands: Readonly<Record<string, () => Promise<Add>>> = {
  login: async () => (await import('./commands/login.ts')).addLogin,
  fetch: async () => (await import('./commands/fetch.ts')).addFetch,
  token: async () => (await import('./commands/token.ts')).addToken,
  status: async () => (await import('./commands/status.ts')).addStatus,
  explain: async () => (await import('./commands/explain.ts')).addExplain,
  logout: async () => (await import('./commands/logout.ts')).addLogout,
  import: async () => (await import('./commands/import.ts')).addImport,
  inspect: async () => (await import('./commands/inspect.ts')).addInspect,
  proxy: async () => (await import('./commands/proxy.ts')).addProxy,
};

/** Only the command that is asked for is loaded; all of them for the help, and for a name that none of them has. */
function asked([name = '']: readonly string[]): Promise<readonly Add[]> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return Promise.all(load ? [load()] : Object.values(commands).map((one) => one()));
}

function version(): string {
  const about: { readonly version: string } = createRequire(import.meta.url)('authchart/package.json');
  return about.version;
}
