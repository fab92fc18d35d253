// `authchart torture`: plays hostile servers against any MCP client, and reports what it did.
import { type Command, InvalidArgumentError } from 'commander';
import { exitCodes, misused } from '../failures.ts';
import type { Perform } from '../perform.ts';
import type { OutputOptions } from '../printer.ts';

const afterHelp = `
Starts the client once or more for each case, as the official conformance suite
does: the address of an MCP server is its last argument, and the variables
MCP_CONFORMANCE_SCENARIO and MCP_CONFORMANCE_CONTEXT are set. The client has to
list the tools, call one, and end. It has to follow the redirect of the login page
itself: a browser cannot be opened. HOME is a new folder for each case, so that a
client may keep its login there.

All servers are on this machine, and nothing is sent to others. On Linux the whole
suite runs in a network of its own, where every address leads to this machine.

Each case says what it wants, where that is written, and why it matters.
Exits with 0 when no case fails, and with 1 when one does.

Examples:
  authchart torture -- node my-client.js
  authchart torture --only refresh -- node my-client.js
  authchart torture --only refresh/rotates --html report.html -- my-client --headless
`;

interface TortureFlags {
  readonly only?: readonly string[];
  readonly json?: string;
  readonly html?: string;
  readonly workers: number;
  readonly timeout: number;
  readonly list?: boolean;
}

/** Adds the command. */
export function addTorture(program: Command, perform: Perform): void {
  program
    .command('torture')
    .summary('play hostile servers against a client')
    .description('Play hostile servers against any MCP client, and report what it did.')
    .usage('[options] -- COMMAND')
    .argument('[command...]', 'starts the client; put -- before it')
    .addHelpText('after', afterHelp)
    .option(
      '--only <kind|id>',
      'only these cases (may be repeated)',
      (one: string, all: readonly string[] = []) => [...all, one],
    )
    .option('--list', 'print the cases, and start nothing')
    .option('--json <file>', 'write the report as JSON')
    .option('--html <file>', 'write the report as one page, with pictures of the traffic')
    .option('--workers <number>', 'how many cases are played at once', numberUpTo(16), 2)
    .option(
      '--timeout <seconds>',
      'how long the client may take each time it is started',
      numberUpTo(600),
      20,
    )
    .action((command: readonly string[], flags: TortureFlags) =>
      perform({} satisfies OutputOptions, undefined, async ({ interruption }) => {
        if (command.length === 0 && !flags.list)
          misused('Say how the client is started: authchart torture -- COMMAND');
        const { torture } = await import('../torture/torture.ts');
        const isWell = await torture({ ...flags, command, timeout: flags.timeout * 1000, interruption });
        return isWell ? exitCodes.done : exitCodes.failed;
      }),
    );
}

const numberUpTo =
  (most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < 1 || number > most)
      throw new InvalidArgumentError(`Give a number from 1 to ${most}.`);
    return number;
  };
