// `authchart explain`: what was looked up, what was decided, and why.
import type { Command } from 'commander';
import type { Failure } from '../../contract/errors.ts';
import type { Explanation } from '../../engine/explain.ts';
import type { Progress } from '../../engine/observe.ts';
import { shown } from '../../protocol/text.ts';
import { askResource } from '../askResource.ts';
import { exitCodes, messageOf } from '../failures.ts';
import { table } from '../layout.ts';
import {
  addClientOptions,
  addRunOptions,
  addStoreOptions,
  readResource,
  type SessionFlags,
} from '../options.ts';
import type { Perform } from '../perform.ts';
import { registrationLine, requestLine } from '../progress.ts';
import { recovered, withSession } from '../withSession.ts';
import { kindNames } from '../words.ts';

const afterHelp = `
Sends one GET, with the token if there is one, and looks up the servers that the answer names. It does not log in, and
registers nothing. Exits with 0 when it could explain, whatever it found.

Examples:
  authchart explain https://mcp.example.com/mcp
  authchart explain https://mcp.example.com/mcp --offline     reads the store only
  authchart explain https://mcp.example.com/mcp --json -q
`;

type ExplainFlags = SessionFlags & { readonly offline?: boolean };

/** Adds the command. */
export function addExplain(program: Command, perform: Perform): void {
  const command = program
    .command('explain')
    .summary('show what is decided for a resource, and why')
    .description('Show what is looked up for a resource, what is decided, and why.')
    .argument('<url>', 'the resource')
    .addHelpText('after', afterHelp)
    .option('--offline', 'send nothing, and read the store only')
    .action((url: string, flags: ExplainFlags) =>
      perform(flags, url, async (host) => {
        const resource = readResource(url);
        // The explanation has the same lines, so they are not printed as progress.
        const quietly = { ...host, printer: { ...host.printer, progress: () => {} } };
        return withSession(flags.verbose ? host : quietly, resource, flags, 'ask', async (session) => {
          const isWaiting = (await recovered(session)).hasTag('needsUser');
          if (!flags.offline && !isWaiting) await askResource(session);
          const explanation = session.explain();
          host.printer.result(inWords(explanation), describe(explanation, flags.verbose === true));
          return exitCodes.done;
        });
      }),
    );
  addRunOptions(addStoreOptions(addClientOptions(command)));
}

/** The same with the flags of options in its sentences. */
function inWords(explanation: Explanation): Explanation {
  const { failure, refusal, session } = explanation;
  const said = (of: Failure): Failure => ({ ...of, message: messageOf(of, session.resource) });
  return {
    ...explanation,
    ...(failure && explanation.summary === failure.message && { summary: said(failure).message }),
    ...(failure && { failure: said(failure) }),
    ...(refusal && { refusal: said(refusal) }),
  };
}

function describe(explanation: Explanation, verbose: boolean): string {
  const { session, failure, refusal, summary } = explanation;
  const problem = failure ?? refusal;
  const head = problem ? messageOf(problem, session.resource) : summary;
  return [
    `${shown(session.resource)}\n${wrap(shown(head, 1000), 2)}`,
    section('What happened', explanation.steps.flatMap((step) => textOf(step, verbose)).join('')),
    section('What is known', knownOf(explanation)),
    section('What the problem is', problem ? problemOf(problem) : ''),
  ]
    .filter((part) => part !== '')
    .join('\n')
    .trimEnd();
}

const section = (title: string, text: string): string => (text === '' ? '' : `${title}\n${text}`);

function textOf(step: Progress, verbose: boolean): string {
  if (step.kind === 'set-aside') return `  a damaged record was set aside: ${shown(step.key)}\n`;
  if (step.kind === 'relaxed') return `  ${step.what}\n`;
  if (step.kind === 'registration') return wrap(registrationLine(step), 6);
  if (step.kind === 'request') return `      ${requestLine(step)}\n`;
  const ids = verbose && step.spec.length > 0 ? ` (${step.spec.join(' ')})` : '';
  return `  ${step.state}\n${wrap(step.description + ids, 6)}`;
}

function knownOf({ resourceMetadata, server, boundTo, notChosen, grant, relaxed }: Explanation): string {
  return table([
    resourceMetadata && ['metadata', shown(resourceMetadata.url)],
    resourceMetadata && ['lists', shown(resourceMetadata.authorizationServers.join(', '), 1000)],
    ...notChosen.map(({ issuer, why }) => ['not chosen', `${shown(issuer)} (${why})`] as const),
    server && ['server', shown(server.issuer)],
    boundTo === undefined ? undefined : ['bound to', shown(boundTo)],
    server?.registration && ['client', `${shown(server.clientId ?? '')}, ${kindNames[server.registration]}`],
    ...relaxed.map((what) => ['relaxed', what] as const),
    grant && ['requested', shown(grant.requested.join(' '), 1000) || 'no named scope'],
    grant && ['granted', shown(grant.granted.join(' '), 1000) || 'no named scope'],
    grant && [
      'expires',
      `${grant.expiresAt ?? 'unknown'}, ${grant.renewable ? 'renewable' : 'not renewable'}`,
    ],
  ]);
}

function problemOf({ code, phase, recovery, issuer, otherIssuer, status, oauthError }: Failure): string {
  return table([
    ['code', code],
    ['phase', phase],
    ['recovery', recovery],
    issuer === undefined ? undefined : ['server', shown(issuer)],
    otherIssuer === undefined ? undefined : ['other server', shown(otherIssuer)],
    status === undefined ? undefined : ['HTTP status', String(status)],
    oauthError === undefined ? undefined : ['OAuth error', shown(oauthError)],
  ]);
}

/** Breaks text at spaces into lines of at most 100 columns. */
function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > 100) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${' '.repeat(indent)}${one}\n`).join('');
}
