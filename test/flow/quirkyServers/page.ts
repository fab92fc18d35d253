// The page for people, made of the same rows that are played: docs/servers.md.
import { optionFlags } from '../../../cli/flagNames.ts';
import type { QuirkyServer } from './quirk.ts';

/** The options that a row sets, by their names in sentences. */
export function optionNames({ options = {} }: Pick<QuirkyServer, 'options'>): readonly string[] {
  const { policy = {}, client, userAgent } = options;
  const { name: _, ...ofClient } = client ?? { name: '' };
  const methods = (ofClient.preRegistered ?? []).filter(({ authMethod }) => authMethod !== undefined);
  return [
    ...Object.keys(policy).map((name) => `policy.${name}`),
    ...Object.keys(ofClient).map((name) => `client.${name}`),
    ...methods.map(() => 'client.preRegistered[].authMethod'),
    ...(userAgent ? ['pasteUserAgent.redirectUri'] : []),
  ];
}

interface Sections {
  readonly identityProviders: readonly QuirkyServer[];
  readonly services: readonly QuirkyServer[];
  readonly gateways: readonly QuirkyServer[];
}

/** The whole page. */
export const pageOf = ({ identityProviders, services, gateways }: Sections): string =>
  [
    introduction,
    section('Identity providers', identityProviders),
    section('Services with logins of their own', services),
    section('Gateways, and metadata that is not as it should be', gateways),
  ].join('\n');

const introduction = `# Servers, and what they need

Most servers that keep to the specification need nothing but their address. This page lists what people meet besides, and what
helps. An option is given in \`createAuthEngine\`; the flag beside it does the same on the command line. Nothing here is on by
itself: an option that relaxes a check is named per issuer, and \`explain()\` tells it.

Where a login is refused, the sentence of the refusal names the option that helps. If your server is not here, begin with
\`authchart explain URL\`.

The last column is the name of the row in \`test/flow/quirkyServers\`: a scripted server that behaves so is played with the option and
without it. Services change: a row says what was met, and the played server shows what authchart does then.
`;

const section = (title: string, rows: readonly QuirkyServer[]): string =>
  `## ${title}\n\n| server | what is different | what helps | option | flag | played as |\n|---|---|---|---|---|---|\n${rows.map(line).join('\n')}\n`;

function line(row: QuirkyServer): string {
  const helps = row.helps ?? 'what is set here';
  const cells = [
    row.who,
    row.quirk.replace(/\.$/, ''),
    helps,
    codes(settings(row)),
    codes(flags(row)),
    `\`${row.id}\``,
  ];
  return `| ${cells.join(' | ')} |`;
}

const codes = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(' ');

/** The options with their values, as one writes them. */
function settings(row: QuirkyServer): readonly string[] {
  const values: Readonly<Record<string, unknown>> = { ...row.options?.policy };
  return optionNames(row).map((name) => {
    const value = values[name.replace('policy.', '')];
    return value === undefined ? name : `${name}: ${written(value)}`;
  });
}

/** A value as TypeScript, with names in place of the origins of a test. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? `'${people(value)}'` : String(value);
  const members = Object.entries(value).map(([name, one]) => {
    const isPlain = /^\w+$/.test(name);
    return `${isPlain ? name : `'${people(name)}'`}: ${written(one)}`;
  });
  return `{ ${members.join(', ')} }`;
}

const people = (text: string): string => text.replace(/^\{a\}.*$/, 'ISSUER').replace('{rs}', 'ORIGIN');

/** The flags with their values, as one types them. */
export function flags(row: QuirkyServer): readonly string[] {
  const known: Readonly<Record<string, object | undefined>> = optionFlags;
  const { policy = {}, client } = row.options ?? {};
  const values: Readonly<Record<string, unknown>> = { ...policy, ...client };
  return optionNames(row).flatMap((name) => {
    const of = known[name] ?? {};
    if (!('flag' in of)) return [];
    return [`${String(of.flag)}${typed(name, values[name.replace(/^\w+\./, '')])}`];
  });
}

function typed(name: string, value: unknown): string {
  switch (name) {
    case 'client.preRegistered':
      return ' ID --issuer ISSUER';
    case 'client.preRegistered[].authMethod':
      return ' client_secret_post';
    case 'client.initialAccessTokens':
      return ' ISSUER=FILE';
    case 'client.grant':
      return ' client-credentials';
    case 'client.metadataUrl':
      return ' URL';
    case 'pasteUserAgent.redirectUri':
      return ' URL';
    case 'policy.authorizationParameters':
      return ` "ISSUER ${pair(value, '=')}"`;
    case 'policy.resourceHeaders':
      return ` "${pair(value, ': ').replace(/: .*/, ': @file')}"`;
    case 'policy.dangerouslySendResourceAs':
      return ` ISSUER=${Object.values(value as object).join()}`;
    default:
      return value === true
        ? ''
        : ` ${[value]
            .flat()
            .map((one) => people(String(one)))
            .join(' ')}`;
  }
}

/** The only member of the only member. */
const pair = (value: unknown, between: string): string =>
  Object.values(value as Record<string, object>)
    .flatMap((one) => Object.entries(one).map((two) => two.join(between)))
    .join(' ');
