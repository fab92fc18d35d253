// The page docs/options.md, made of the types of the options: their names, their types, and their docstrings.
import { type OptionPath, optionFlags } from '../../cli/flagNames.ts';
import { tableOf } from '../requirements/layouts.ts';
import { type DocumentedOption, OptionTypes } from './optionTypes.ts';

/** One table of the page. */
export interface Section {
  readonly title: string;
  /** What they are given to. */
  readonly about: string;
  /** Where each of its types is declared. */
  readonly types: readonly { readonly file: string; readonly type: string }[];
  /** What names of its options begin with in messages, and in the list of flags. */
  readonly prefix?: string;
}

const host = 'actors/tools/hostOptions.ts';
const agents = 'actors/userAgents';
const surface = 'engine/sessionSurface.ts';

const section = (title: string, about: string, file: string, type: string, prefix?: string): Section => ({
  title,
  about,
  types: [{ file, type }],
  ...(prefix !== undefined && { prefix }),
});

/** All tables, in the order of the page. */
export const sections: readonly Section[] = [
  section('The engine', '`createAuthEngine(options)`', 'engine/engineOptions.ts', 'EngineOptions', 'engine'),
  section('The client', '`client`', host, 'ClientOptions', 'client'),
  section(
    'Clients registered by hand',
    '`client.preRegistered[]`',
    host,
    'PreRegisteredClient',
    'client.preRegistered[]',
  ),
  section(
    'Private keys',
    '`client.preRegistered[].privateKey`',
    host,
    'PrivateKey',
    'client.preRegistered[].privateKey',
  ),
  section(
    'Tokens for registration',
    '`client.initialAccessTokens[]`',
    host,
    'ClientOptions.initialAccessTokens',
  ),
  section(
    'Grant: client credentials',
    '`client.grant`',
    host,
    'GrantOptions[client-credentials]',
    'client.grant',
  ),
  section('Grant: company login', '`client.grant`', host, 'GrantOptions[enterprise]', 'client.grant'),
  section(
    'Grant: company login, the identity provider',
    '`client.grant.identityProvider`',
    host,
    'GrantOptions[enterprise].identityProvider',
  ),
  section('Grant: workload', '`client.grant`', host, 'GrantOptions[workload]', 'client.grant'),
  section('Grant: another device', '`client.grant`', host, 'GrantOptions[device]', 'client.grant'),
  {
    title: 'The policy',
    about: '`policy`',
    types: [
      { file: 'engine/engineOptions.ts', type: 'EnginePolicy' },
      { file: host, type: 'Policy' },
    ],
    prefix: 'policy',
  },
  section('Sessions', '`engine.session(options)`', 'engine/engineSurface.ts', 'SessionOptions', 'session'),
  section('The chart', 'the `input` of `engine.machine`', 'machines/context.ts', 'AuthInput'),
  section('Login', '`session.login(options)`', surface, 'LoginOptions', 'login'),
  section('Logout', '`session.logout(options)`', surface, 'LogoutOptions'),
  section('Waiting', '`session.token`, `logout`, `cancel`, `retry`, and all below', surface, 'WaitOptions'),
  section('Requests of the host', '`session.authorization(request)`', surface, 'HostRequest'),
  section('Answers', '`session.answered(response, request)`', surface, 'AnsweredRequest'),
  section(
    'Completing a login',
    '`engine.complete(url, options)`',
    'engine/engineSurface.ts',
    'CompleteOptions',
  ),
  section(
    '`loopbackUserAgent`',
    'of `authchart/node`',
    `${agents}/loopback.ts`,
    'LoopbackOptions',
    'loopbackUserAgent',
  ),
  section('`pasteUserAgent`', 'of `authchart/node`', `${agents}/paste.ts`, 'PasteOptions', 'pasteUserAgent'),
  section('`headlessUserAgent`', 'of `authchart/node`', `${agents}/headless.ts`, 'HeadlessOptions'),
  section('`hostUserAgent`', 'of `authchart`', `${agents}/host.ts`, 'HostOptions'),
  section('`popupUserAgent`', 'of `authchart/browser`', `${agents}/popup.ts`, 'PopupOptions'),
  section('`redirectUserAgent`', 'of `authchart/browser`', `${agents}/redirect.ts`, 'RedirectOptions'),
  section('A user agent of your own', '`userAgent`', `${agents}/userAgent.ts`, 'UserAgent'),
  section('A store of your own', '`store`', 'stores/store.ts', 'Store'),
  section('`fileStore`', 'of `authchart/node`', 'stores/file.ts', 'FileOptions'),
  section('`mcpFetch` and `mcpAuthProvider`', 'of `authchart/mcp`', 'adapters/mcp/options.ts', 'McpOptions'),
  section('`openTelemetry`', 'of `authchart/otel`', 'adapters/otel/openTelemetry.ts', 'OtelOptions'),
  section('`postgresStore`', 'of `authchart/stores/postgres`', 'stores/postgres.ts', 'PostgresOptions'),
  section('`redisStore`', 'of `authchart/stores/redis`', 'stores/redis.ts', 'RedisOptions'),
  section('`webStore`', 'of `authchart/browser`', 'stores/web.ts', 'WebOptions'),
  {
    title: '`keychainStore`',
    about: 'of `authchart/stores/keychain`',
    types: [
      { file: 'stores/keychainHome.ts', type: 'HomeOptions' },
      { file: 'stores/keychain.ts', type: 'KeychainOptions' },
    ],
  },
  {
    title: '`nodeFetch`',
    about: 'of `authchart/node`',
    types: [
      { file: 'adapters/proxying/nodeFetch.ts', type: 'NodeFetchOptions' },
      { file: 'protocol/proxies.ts', type: 'ProxyOptions' },
    ],
    prefix: 'nodeFetch',
  },
  section('`encryptedStore`, `reencrypt`', 'of `authchart`', 'stores/sealing.ts', 'Encryption'),
  section('Keys of `encryptedStore`', '`current`, `former[]`', 'stores/sealing.ts', 'EncryptionKey'),
  section('`importLogins`', 'of `authchart/node`', 'adapters/legacy/importLogins.ts', 'ImportOptions'),
];

/** An option on the page. */
export interface OptionLine extends DocumentedOption {
  /** '' for what is no number, and for counts. */
  readonly unit: string;
  /** '' for what has to be given. */
  readonly default: string;
  readonly flag: string;
}

/** The options of a section, in their order. */
export async function linesOf({ types, prefix }: Section): Promise<readonly OptionLine[]> {
  const read = types.map(async ({ file, type }) => (await OptionTypes.in(file)).optionsOf(type));
  return (await Promise.all(read)).flat().map((option) => ({
    ...option,
    unit: unitOf(option.text),
    default: option.isOptional ? defaultOf(option.text) : '',
    flag: flagOf(`${prefix}.${option.name}`),
  }));
}

const unitOf = (text: string): string =>
  /\b(?:in )?((?:epoch )?milliseconds|seconds|bytes|CSS pixels)\b/i
    .exec(text)?.[1]
    ?.replace(/^[EMSB]/, (letter) => letter.toLowerCase()) ?? '';

/** What a docstring says of an option that is left out. */
function defaultOf(text: string): string {
  const said = /\bDefaults?:? (.+?)(?:[.;](?= |$)|$)/.exec(text)?.[1];
  const other = /([^.:;]+?) unless said otherwise/.exec(text)?.[1];
  return said ?? other?.trim() ?? 'not set';
}

function flagOf(path: string): string {
  const known = Object.hasOwn(optionFlags, path) ? optionFlags[path as OptionPath] : undefined;
  return known && 'flag' in known ? `\`${known.flag}\`` : '';
}

/** In a table: references at the end, in brackets; the default has a column of its own. */
const inCell = (text: string): string =>
  text
    .replace(/ ?\bDefault:? [^.;]+(?:[.]|$)(?= |$)/, '')
    .replace(/ ?@see (.+?)(?=@see|$)/g, (_, what: string) => ` (${what.trim()})`)
    .trim();

async function tableFor(one: Section): Promise<string> {
  const lines = await linesOf(one);
  const hasFlags = lines.some(({ flag }) => flag !== '');
  const head = ['option', 'type', 'unit', 'default', 'what it is for', ...(hasFlags ? ['command line'] : [])];
  const rows = lines.map(({ name, type, unit, isOptional, text, flag, ...line }) => [
    `\`${name}\``,
    `\`${type}\``,
    unit,
    isOptional ? line.default : '**has to be given**',
    inCell(text),
    ...(hasFlags ? [flag] : []),
  ]);
  return `## ${one.title}\n\nGiven as: ${one.about}.\n\n${tableOf(head, rows)}`;
}

/** The whole page. */
export async function toOptionsPage(): Promise<string> {
  const tables = await Promise.all(sections.map(tableFor));
  return `# Options

Every option, with its type, its unit and its default. Options are judged when they are given, before any traffic. What cannot be
used, and a name that is no option, is refused with an \`AuthError\` of code \`config_invalid\` that names the option.

Ids in brackets are rows of the [requirements](requirements.md). Which policy helps with which server: see [servers](servers.md);
what the policies mean for people: see [policies](guides/policies.md).

Generated by \`npm run docs\` from the types of the options.

${tables.join('\n\n')}
`;
}
