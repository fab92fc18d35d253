// `authchart inspect`: draws a recorded run, or shows the chart at work on a page.
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
A run is recorded with --trace FILE: which events came, which states were entered, which requests were sent and how
they were answered. There is no token, code, secret, header or body in it, but it says who uses what.
Draws beside it, or in the folder of --out: a sequence diagram for each login in it, as SVG and as Mermaid, and the
chart with the path of the run lit up.

With a URL it shows the chart at work on a page of this machine: the states that are active, each step as it is taken,
the requests, and which server holds what. Its buttons log in, call the resource, and log out. Ctrl-C ends it.

Examples:
  authchart login https://mcp.example.com/mcp --trace run.ndjson
  authchart inspect run.ndjson
  authchart inspect https://mcp.example.com/mcp
`;

type InspectFlags = SessionFlags & { readonly out?: string; readonly port?: number };

export function addInspect(program: Command, perform: Perform): void {
  const command = program
    .command('inspect')
    .summary('draw a recorded run, or watch a login')
    .description('Draw a recorded run, or show the chart at work on a page of this machine.')
    .argument('<trace|url>', 'a file that --trace has written, or a resource')
    .addHelpText('after', afterHelp)
    .optionsGroup('Pictures of a run:')
    .option('--out <dir>', 'folder for them (default: that of the trace)')
    .optionsGroup('Page:')
    .option('--port <number>', 'where it listens (default: any that is free)', readPort)
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
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('Give a number up to 65535.');
  return port;
}
