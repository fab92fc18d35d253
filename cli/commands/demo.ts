// `authchart demo`: tells the story of a login against servers on this machine, or says how to get what it needs for that.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { exitCodes, misused } from '../failures.ts';
import type { Perform } from '../perform.ts';
import type { Printer } from '../printer.ts';

/**
 * What the story runs against, with its versions. The servers are real ones, and a client does not need them, so they do
 * not come with the package.
 */
export const servers: Readonly<Record<string, string>> = {
  'oidc-provider': '9',
  '@modelcontextprotocol/server': '2',
  '@modelcontextprotocol/node': '2',
  zod: '4',
};

const afterHelp = `
Starts two real authorization servers and a real MCP server on this machine, and
shows what a client does: login, more scopes, renewal, restart, a move to the other
server, a refusal, logout. It ends by itself after some seconds, opens no browser,
and sends nothing to other machines.

The servers do not come with authchart, because a client does not need them. Where
they are missing it prints the command that gets them for this once, and exits
with 1.

Examples:
  authchart demo
  authchart demo --trace demo.ndjson
  authchart inspect demo.ndjson
`;

/** Adds the command. */
export function addDemo(program: Command, perform: Perform): void {
  program
    .command('demo')
    .summary('show a login at work, on this machine')
    .description('Tell the story of a login, against real servers on this machine.')
    .addHelpText('after', afterHelp)
    .option('--trace <file>', 'record the run in this file: authchart inspect draws it')
    .action(({ trace }: { readonly trace?: string }) =>
      perform({}, undefined, async ({ printer }) => {
        const missing = Object.keys(servers).filter((name) => !isInstalled(name));
        if (missing.length > 0) return sayHow(printer, missing);
        const { tellStory } = await story();
        const next = ['Next: authchart login URL does the same at a server of yours.'];
        const isTrue = await tellStory({ next, ...(trace !== undefined && { trace }) });
        return isTrue ? exitCodes.done : exitCodes.failed;
      }),
    );
}

const require = createRequire(import.meta.url);

/** Whether a package can be found from here. One that is for `import` only is found, too, and only its main file is not. */
function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
  }
}

function sayHow(printer: Printer, missing: readonly string[]): 1 {
  const packages = Object.entries(servers).map(([name, version]) => `-p ${name}@${version}`);
  printer.complaint(`The servers of the demo are not installed here (${missing.join(', ')}). To get them for this once:

  npx -p authchart ${packages.slice(0, 2).join(' ')} \\
    ${packages.slice(2).join(' ')} authchart demo
`);
  return exitCodes.failed;
}

/** What the story offers. It is a file of its own in the package, and no part of the command. */
interface Story {
  tellStory(options: { readonly trace?: string; readonly next: readonly string[] }): Promise<boolean>;
}

/** @throws AuthError `config_invalid` where it was not built. */
async function story(): Promise<Story> {
  const folder = dirname(require.resolve('authchart/package.json'));
  const file = join(folder, 'dist', 'playground', 'story', 'tell.js');
  const loaded: Promise<Story> = import(pathToFileURL(file).href);
  return loaded.catch(() => misused(`The story cannot be loaded from ${file}. Install authchart again.`));
}
