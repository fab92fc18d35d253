// The command line: its commands, its help, and its messages for wrong arguments.
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { exitCodes } from './failures.ts';
import type { Interruption } from './interruption.ts';
import { type Perform, performer } from './perform.ts';

const firstOfAll = `The three commands that you need:
  authchart login URL      log in, and keep the login
  authchart fetch URL      send a request as curl does, with that login
  authchart explain URL    say why a server does not let you in
`;

const afterHelp = `
Examples:
  authchart login https://mcp.example.com/mcp
  authchart fetch https://mcp.example.com/mcp \\
    --json '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
  authchart explain https://mcp.example.com/mcp
  authchart proxy https://mcp.example.com/mcp

Exit codes:
  0  done                       3  you have to log in: authchart login URL
  1  failed                     4  a server did not answer, or has an outage
  2  the command line is wrong  5  refused for safety

Environment:
  HTTPS_PROXY, HTTP_PROXY  proxies for requests
  NO_PROXY                 hosts that need no proxy, as in curl
  NODE_EXTRA_CA_CERTS      PEM file of authorities to trust, as --ca
  AUTHCHART_STORE          folder with the logins, as --store
  NO_COLOR                 no colours

Results are printed on standard output, progress and errors on standard error.
Run authchart COMMAND --help for the options of a command.
`;

/**
 * Parses and runs a command line.
 * @returns the exit code. It throws only for a defect of the program.
 */
export async function runCommandLine(args: readonly string[], interruption: Interruption): Promise<number> {
  let code: number = exitCodes.done;
  const perform = performer(interruption, (ended) => {
    code = ended;
  });
  const refused = await parseCommandLine(args, perform);
  return refused ?? code;
}

/**
 * Parses a command line, and gives its work to `perform`.
 * @returns the exit code where there is no work: help was asked for (0), or the line is wrong (2).
 */
export async function parseCommandLine(
  args: readonly string[],
  perform: Perform,
): Promise<number | undefined> {
  const program = newProgram();
  for (const add of await asked(args)) add(program, perform);
  for (const command of program.commands) {
    command.showHelpAfterError(`Run authchart ${command.name()} --help to see its arguments.`);
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
}

function newProgram(): Command {
  return new Command('authchart')
    .description('Logs in to MCP servers and other resources that OAuth protects.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('before', firstOfAll)
    .addHelpText('after', afterHelp)
    .showHelpAfterError('Run authchart --help to see the commands.')
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'authchart: ')),
    });
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
  demo: async () => (await import('./commands/demo.ts')).addDemo,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  torture: async () => (await import('./commands/torture.ts')).addTorture,
  completion: async () => (await import('./commands/completion.ts')).addCompletion,
};

/** Only the command that is asked for is loaded; all of them for the help, and for a name that none of them has. */
function asked([name = '']: readonly string[]): Promise<readonly Add[]> {
  // A completion script is about all of them.
  const load = Object.hasOwn(commands, name) && name !== 'completion' ? commands[name] : undefined;
  return Promise.all(load ? [load()] : Object.values(commands).map((one) => one()));
}

function version(): string {
  const about: { readonly version: string } = createRequire(import.meta.url)('authchart/package.json');
  return about.version;
}
