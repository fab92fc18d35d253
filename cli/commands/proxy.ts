// `authchart proxy`: lets an MCP host that speaks over standard input and output use a protected server.
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import {
  addClientOptions,
  addLoginOptions,
  addStoreOptions,
  addTraceOption,
  readResource,
} from '../options.ts';
import type { Perform } from '../perform.ts';
import type { ProxyFlags } from '../proxy/mcpRemoteFlags.ts';
import { collect, readSeconds } from '../values.ts';

const afterHelp = `
Standard input and output speak MCP; everything else is printed on standard error. The first request of the host leads
to a login, where the server asks for one: a page opens in the browser, and its address is printed on standard error.
All instances that share a store share one login, and one page. The process ends when the host does.

In the configuration of a host:
  { "command": "npx", "args": ["-y", "authchart", "proxy", "https://mcp.example.com/mcp"] }

The arguments of mcp-remote are understood, in the same order. Instead of a login a header can be given:
  authchart proxy https://mcp.example.com/mcp --header 'Authorization: Bearer \${API_TOKEN}'
`;

/** How long a request may wait for a person, in seconds: hosts give up after a minute. */
const PATIENCE = 50;

const loginTexts = {
  login: 'open a page where you have to log in (default)',
  noLogin: 'open no page: a request fails where you have to log in',
};

/** Adds the command. */
export function addProxy(program: Command, perform: Perform): void {
  const command = program
    .command('proxy')
    .summary('give a protected server to an MCP host')
    .description('Give a protected MCP server to a host that starts its servers as programs.')
    .argument('<url>', 'the MCP endpoint')
    .addArgument(new Argument('[callback-port]', 'port that the browser comes back to').argParser(readPort))
    .addHelpText('after', afterHelp)
    .optionsGroup('Host:')
    .option(
      '--answer-within <seconds>',
      'how long a request may wait for your login before it fails; the login goes on',
      readSeconds,
      PATIENCE,
    )
    .option('--ignore-tool <pattern>', 'tool to hide, as in "delete*"; may be repeated', collect)
    .addOption(
      new Option('--transport <strategy>', 'which transport of MCP to use with the server')
        .choices(['http-first', 'sse-first', 'http-only', 'sse-only'])
        .default('http-first'),
    )
    .option('--import', 'take over the login of mcp-remote at this server, if there is no other')
    .option('--import-issuer <url>', 'the authorization server of that login, if mcp-remote does not say it')
    .optionsGroup('Output:')
    .option('-q, --quiet', 'print no progress')
    .option('-v, --verbose', 'print every state, with the ids of its requirements')
    .action((url: string, port: number | undefined, flags: ProxyFlags) =>
      perform(outputOf(flags), url, async (host) => {
        // Loaded only when it runs: the transports are larger than all else.
        const { runProxy } = await import('../proxy/run.ts');
        return runProxy(host, readResource(url), port, flags);
      }),
    );
  addStoreOptions(addClientOptions(addLoginOptions(addTraceOption(command), loginTexts)));
  addFlagsOfMcpRemote(command);
}

/** In mcp-remote, too, `--debug` stands above `--silent`. */
function outputOf({ quiet = false, verbose = false, silent = false, debug = false }: ProxyFlags) {
  return { verbose: verbose || debug, quiet: (quiet || silent) && !debug };
}

function addFlagsOfMcpRemote(command: Command): Command {
  return command
    .optionsGroup('As in mcp-remote:')
    .option('--host <address>', 'as --callback-host')
    .option('--auth-timeout <seconds>', 'as --timeout', readSeconds)
    .option('--resource <url>', 'as --resource-as, for the server of --server')
    .option('--disable-resource-parameter', 'as --omit-resource, for the server of --server')
    .option('--static-oauth-client-info <json>', 'client that was registered by hand ("@file": from a file)')
    .option('--static-oauth-client-metadata <json>', 'name and scopes of the client ("@file": from a file)')
    .option('--debug', 'as --verbose')
    .option('--silent', 'as --quiet')
    .option('--enable-proxy', 'changes nothing: proxies of the environment are always used')
    .option('--allow-http', 'changes nothing: plain http is for servers on this machine');
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('Give a number from 1 to 65535.');
  return port;
}
