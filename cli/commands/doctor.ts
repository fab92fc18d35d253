// `authchart doctor`: what is in the store and on this machine that could be in the way of a login. It changes nothing.
import type { Command } from 'commander';
import type { Finding } from '../doctor/finding.ts';
import { serverFindings } from '../doctor/serverFindings.ts';
import { storeFindings } from '../doctor/storeFindings.ts';
import { systemFindings } from '../doctor/systemFindings.ts';
import { exitCodes } from '../failures.ts';
import { table } from '../layout.ts';
import { addOutputOptions, readResource, type StoreOptions } from '../options.ts';
import type { Perform } from '../perform.ts';
import type { OutputOptions } from '../printer.ts';
import { folderOf } from '../withSession.ts';

const afterHelp = `
Looks at the folder with the logins (rights, locks, damaged and old records), Node,
the browser, the keychain, proxies and certificate authorities. With a URL it asks
that server whether it can be reached, whether it answers as a resource does,
and what time it has. It changes nothing, and prints no secret.

Exits with 0 when nothing is wrong, and with 1 when something is.

Examples:
  authchart doctor
  authchart doctor https://mcp.example.com/mcp
  authchart doctor --json
`;

type DoctorFlags = Pick<StoreOptions, 'store'> & OutputOptions & { readonly ca?: string };

/** Adds the command. */
export function addDoctor(program: Command, perform: Perform): void {
  const command = program
    .command('doctor')
    .summary('look for what is wrong on this machine')
    .description('Look for what is wrong with the store, this machine and the way to a server.')
    .argument('[url]', 'a server to ask')
    .addHelpText('after', afterHelp)
    .option(
      '--store <dir>',
      'folder with the logins (default: $AUTHCHART_STORE, or else a folder of this user)',
    )
    .option('--ca <file>', 'PEM file of a certificate authority to trust')
    .action((url: string | undefined, flags: DoctorFlags) =>
      perform(flags, undefined, async (host) => {
        const { printer } = host;
        const server = url === undefined ? [] : await serverFindings(host, readResource(url), flags.ca);
        const store = folderOf(flags);
        const findings = [
          ...(await storeFindings(store, Date.now())),
          ...(await systemFindings(flags.ca)),
          ...server,
        ];
        const isWell = findings.every(({ state }) => state !== 'bad');
        printer.result({ store, isWell, findings }, describe(findings, isWell));
        return isWell ? exitCodes.done : exitCodes.failed;
      }),
    );
  addOutputOptions(command);
}

const marks = { good: '✓', note: '-', bad: '✗' } as const;

function describe(findings: readonly Finding[], isWell: boolean): string {
  const rows = findings.map(({ about, state, text, todo }) => {
    const rest = todo === undefined || state === 'good' ? '' : ` → ${todo}`;
    return [`${marks[state]} ${about}`, `${text}${rest}`] as const;
  });
  const wrong = findings.filter(({ state }) => state === 'bad').length;
  const end = isWell ? 'Nothing is wrong.' : `${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong (✗).`;
  return `${table(rows)}\n${end}`;
}
