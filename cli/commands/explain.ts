// `authchart explain`: why a resource lets you in, or why not, step by step. It logs nobody in.
import type { Command } from 'commander';
import { type Failure, failure } from '../../contract/errors.ts';
import type { Explanation } from '../../engine/explain.ts';
import type { Session } from '../../engine/sessionSurface.ts';
import { placeOf, shown } from '../../protocol/text.ts';
import { type Acceptance, acceptanceOf } from '../askResource.ts';
import { details } from '../explain/details.ts';
import { type Finding, findingsOf } from '../explain/findings.ts';
import { tryLogin } from '../explain/trial.ts';
import { whatToDo } from '../explain/whatToDo.ts';
import { type ExitCode, exitCodeOf, exitCodes, messageOf } from '../failures.ts';
import { table, wrapped } from '../layout.ts';
import {
  addClientOptions,
  addRunOptions,
  addScopeOption,
  addStoreOptions,
  readResource,
  type SessionFlags,
} from '../options.ts';
import type { Host, Perform } from '../perform.ts';
import { recovered, withSession } from '../withSession.ts';

const afterHelp = `
Asks the resource and the servers that it names what a login would ask them, and
stops before a client is registered or a page is opened. Where there is a login,
it asks the resource whether it takes it. With -v it prints every state.

Exits with 0 when you are let in, with 3 when a login is all that is missing,
with 4 when a server does not answer, with 5 when a login would be refused for
safety, and with 1 when something else is in the way.

Examples:
  authchart explain https://mcp.example.com/mcp
  authchart explain https://mcp.example.com/mcp --offline    sends nothing
  authchart explain https://mcp.example.com/mcp --json -q
`;

type ExplainFlags = SessionFlags & { readonly offline?: boolean };

/** Adds the command. */
export function addExplain(program: Command, perform: Perform): void {
  const command = program
    .command('explain')
    .summary('say why a server does not let you in')
    .description('Say step by step why a server lets you in, or why not. Needs no login.')
    .argument('<url>', 'the resource')
    .addHelpText('after', afterHelp)
    .option('--offline', 'send nothing, and read the store only')
    .action((url: string, flags: ExplainFlags) =>
      perform(flags, url, async (host) => {
        const resource = readResource(url);
        // The explanation has the same lines, so they are not printed as progress.
        const quietly = { ...host, printer: { ...host.printer, progress: () => {} } };
        const answer = await explained(flags.verbose ? host : quietly, resource, flags);
        host.printer.result(documentOf(answer, flags), describe(answer, flags));
        return answer.code;
      }),
    );
  addScopeOption(command.optionsGroup('Login:'), 'scopes that a login would ask for, as in "a b"');
  addRunOptions(addStoreOptions(addClientOptions(command)));
}

/** What the command answers. */
interface Answer {
  readonly code: ExitCode;
  readonly findings: readonly Finding[];
  readonly todo: string;
  readonly problem?: Failure;
  readonly explanation: Explanation;
}

async function explained(host: Host, resource: string, flags: ExplainFlags): Promise<Answer> {
  const stored = await withSession(host, resource, flags, 'ask', (session) => storedLogin(session, flags));
  const { login, explanation } = stored;
  if (login.good)
    return { code: exitCodes.done, findings: [login], todo: 'Nothing: you are let in.', explanation };
  const about = { resource, whose: flags };
  if (flags.offline) {
    const problem = stored.problem ?? nobody(resource);
    return {
      code: exitCodeOf(problem),
      findings: [login],
      todo: whatToDo(problem, about),
      problem,
      explanation,
    };
  }
  const trial = await tryLogin(host, resource, flags);
  const found = findingsOf(trial, flags);
  const whole = { explanation: explanation.grant ? explanation : trial.explanation };
  if (found.isOpen && !stored.problem)
    return { ...whole, code: exitCodes.done, findings: found.findings, todo: 'Nothing: it needs no login.' };
  const problem = found.problem ?? stored.problem ?? nobody(resource);
  return {
    ...whole,
    code: exitCodeOf(problem),
    findings: found.problem ? found.findings : [...found.findings, login],
    todo: whatToDo(problem, { ...about, answer: trial.answer }),
    problem,
  };
}

/** What the store has, and whether the resource takes it. */
interface StoredLogin {
  readonly login: Finding;
  readonly problem?: Failure;
  readonly explanation: Explanation;
}

async function storedLogin(session: Session, { offline = false }: ExplainFlags): Promise<StoredLogin> {
  const about = 'Your login';
  const snapshot = await recovered(session);
  if (snapshot.hasTag('needsUser')) {
    const text = 'is under way, and waits for you';
    return { login: { about, good: false, text }, explanation: session.explain() };
  }
  const known = session.explain();
  if (!known.grant || offline) {
    const good = known.grant !== undefined;
    return {
      login: { about, good, text: good ? known.summary : 'nobody is logged in here' },
      explanation: known,
    };
  }
  const acceptance = await acceptanceOf(session);
  const explanation = session.explain();
  const login = { about, good: acceptance.kind === 'accepted', text: textOf(acceptance, explanation) };
  if (acceptance.kind !== 'refused') return { login, explanation };
  // Where the chart says that a login is all that is missing, the refusal of the old one is no problem of its own.
  return { login, explanation, problem: explanation.failure ?? acceptance.failure };
}

function textOf(acceptance: Acceptance, { summary }: Explanation): string {
  if (acceptance.kind === 'accepted') return summary;
  return acceptance.kind === 'refused' ? 'is not accepted any more' : acceptance.why;
}

const nobody = (resource: string): Failure =>
  failure(
    'interaction_required',
    'requesting',
    `Nobody is logged in at ${placeOf(resource)}; call login() first.`,
  );

function documentOf({ explanation, problem, ...answer }: Answer, flags: ExplainFlags): object {
  const { resource } = explanation.session;
  const said = problem && { ...problem, message: messageOf(problem, resource, flags) };
  return {
    ...explanation,
    ...(said && { summary: said.message, failure: said }),
    ...(explanation.refusal && {
      refusal: { ...explanation.refusal, message: messageOf(explanation.refusal, resource, flags) },
    }),
    ...answer,
  };
}

function describe(answer: Answer, { verbose = false }: ExplainFlags): string {
  const { explanation, findings, todo, problem } = answer;
  const rows = findings.map(({ about, good, text }) => [`${good ? '✓' : '✗'} ${about}`, text] as const);
  const last = wrapped(`What to do: ${todo}`, 0);
  const parts = [
    `${shown(explanation.session.resource)}\n${table(rows)}`,
    ...(verbose ? details(explanation, problem) : []),
    last,
  ];
  return parts.join('\n').trimEnd();
}
