// `authchart inspect`: draws a recorded run, or shows the running chart on a page.
import { type Command, InvalidArgumentError } from 'commander';
import { drawTrace } from '../inspect/drawTrace.ts';
import { watch } from '../inspect/watch.ts';
import {
  addClientOptions,
  addLoginOptions,
  addRunOptions,
  addStoreOptions,
  readResource,
  type SessionFlags,
} from '../options.ts';
import type { Perform } from '../perform.ts';

const afterHelp = `
With --trace FILE a command records its run: the events, the states, the
requests, and the status of the answers. There is no token, code, secret, header
or body in the file, but it says who uses which resource. From such a file this
command draws a sequence diagram of each login, as SVG and as Mermaid, and the
chart with the path of the run.

With a URL it shows the running chart on a page of this machine: the active
states, each step, the requests, and what is stored for each server. The page
has buttons to log in, to call the resource, and to log out. Ctrl-C ends it.

Examples:
  authchart login https://mcp.example.com/mcp --trace run.ndjson
  authchart inspect run.ndjson
  authchart inspect https://mcp.example.com/mcp
`;

type InspectFlags = SessionFlags & { readonly out?: string; readonly port?: number };

/** Adds the command. */
export function addInspect(program: Command, perform: Perform): void {
  const command = program
    .command('inspect')
    .summary('draw a recorded run, or watch a login')
    .description('Draw a recorded run, or show the running chart on a page of this machine.')
    .argument('<trace|url>', 'a file that --trace has written, or the URL of a resource')
    .addHelpText('after', afterHelp)
    .optionsGroup('Pictures of a run:')
    .option('--out <dir>', 'folder for the pictures (default: the folder of the trace)')
    .optionsGroup('Page:')
    .option('--port <number>', 'port of the page (default: any that is free)', readPort)
    .action((what: string, flags: InspectFlags) => {
      const isUrl = /^https?:/i.test(what);
      return perform(flags, isUrl ? what : undefined, (host) =>
        isUrl ? watch(host, readResource(what), flags, flags.port) : drawTrace(host.printer, what, flags.out),
      );
    });
  addRunOptions(addStoreOptions(addClientOptions(addLoginOptions(command))));
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Give a number from 0 to 65535.');
  return port;
}
