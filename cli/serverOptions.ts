// The flags for servers and gateways that need something of their own, and the policy that they make.
import { type Command, Option } from 'commander';
import type { EnginePolicy } from '../engine/engineOptions.ts';
import { isHeaderValue, shown } from '../protocol/text.ts';
import { urlOf } from '../protocol/url.ts';
import { misused } from './failures.ts';
import { secretIn } from './secretFile.ts';
import {
  collect,
  collectPair,
  collectParameter,
  collectScopes,
  type Pair,
  type Parameter,
  readSeconds,
} from './values.ts';

/** What servers and gateways need. */
export interface ServerFlags {
  readonly server?: string;
  readonly resourceHeader?: readonly string[];
  readonly authorizationParameter?: readonly Parameter[];
  readonly prompt?: string;
  readonly scopeFloor?: readonly string[];
  readonly scopeCeiling?: readonly string[];
  /** In seconds. */
  readonly requestTimeout?: number;
  readonly legacyDiscovery?: true;
  readonly omitResource?: readonly string[];
  readonly resourceAs?: readonly Pair[];
  readonly ignoreSlash?: readonly string[];
  readonly allowWithoutPkce?: readonly string[];
  readonly allowPrivate?: readonly string[];
}

/** Adds the options for what a server or a gateway needs. @param short whether `--header` is free for the resource. */
export function addServerOptions(command: Command, { short }: { readonly short: boolean }): Command {
  const header = `header of every request to the resource, as in "Name: value"; "Name: @file" reads the value from a file; may be repeated${short ? ' (also: --header)' : ''}`;
  command
    .optionsGroup('Servers:')
    .option('--server <issuer>', 'the only authorization server to use, if the resource lists several')
    .option('--resource-header <line>', header, collect)
    .option(
      '--authorization-parameter <text>',
      'further parameter of the login page, as in "https://accounts.google.com access_type=offline"; may be repeated',
      collectParameter,
    )
    .option('--prompt <values>', 'what the login page has to ask for, as in "consent"')
    .option('--scope-floor <scopes>', 'scopes that are always asked for', collectScopes)
    .option('--scope-ceiling <scopes>', 'the only scopes that may be asked for', collectScopes)
    .option('--request-timeout <seconds>', 'how long a server may take to answer (default: 10)', readSeconds)
    .option('--legacy-discovery', 'a resource without metadata is its own server, as in 2025-03-26')
    .optionsGroup('Servers that break a rule (relaxes a check, there only; may be repeated):')
    .option('--omit-resource <issuer>', 'it rejects the parameter "resource": do not send it', collect)
    .option(
      '--resource-as <issuer=value>',
      'it knows the resource by this name: send it as "resource"',
      collectPair,
    )
    .option('--ignore-slash <issuer>', 'its metadata has a slash more or less at the end', collect)
    .option('--allow-without-pkce <issuer>', 'it does not say that it supports PKCE', collect)
    .option('--allow-private <origin>', 'it is in a private network, and the resource is not', collect);
  return short ? command.addOption(shortHeader()) : command;
}

/** The same option by the name that other tools have for it. */
function shortHeader(): Option {
  const option = new Option('--header <line>').argParser(collect).hideHelp();
  option.attributeName = () => 'resourceHeader';
  return option;
}

/**
 * The policy that the flags make for this resource.
 * @throws AuthError `config_invalid` when a header is none, or its file cannot be read.
 */
export async function policyOf(flags: ServerFlags, resource: string): Promise<EnginePolicy> {
  const { server, prompt, scopeFloor, scopeCeiling, requestTimeout } = flags;
  const headers = await headersIn(flags.resourceHeader ?? []);
  return {
    ...(server !== undefined && { selectServer: server }),
    ...(prompt !== undefined && { prompt }),
    ...(scopeFloor && { scopeFloor }),
    ...(scopeCeiling && { scopeCeiling }),
    ...(requestTimeout !== undefined && { requestTimeout: requestTimeout * 1000 }),
    ...(flags.legacyDiscovery && { legacyDiscovery: true }),
    ...(headers && { resourceHeaders: { [urlOf(resource)?.origin ?? '']: headers } }),
    ...(flags.authorizationParameter && {
      authorizationParameters: parametersOf(flags.authorizationParameter),
    }),
    ...(flags.omitResource && { dangerouslyOmitResourceAt: flags.omitResource }),
    ...(flags.resourceAs && { dangerouslySendResourceAs: Object.fromEntries(flags.resourceAs) }),
    ...(flags.ignoreSlash && { dangerouslyIgnoreTrailingSlashOf: flags.ignoreSlash }),
    ...(flags.allowWithoutPkce && { dangerouslyAllowWithoutPkceAt: flags.allowWithoutPkce }),
    ...(flags.allowPrivate && { dangerouslyAllowPrivateAddressAt: flags.allowPrivate }),
  };
}

function parametersOf(all: readonly Parameter[]): Record<string, Record<string, string>> {
  const byIssuer = new Map<string, Record<string, string>>();
  for (const [issuer, name, value] of all) byIssuer.set(issuer, { ...byIssuer.get(issuer), [name]: value });
  return Object.fromEntries(byIssuer);
}

/** The headers of these lines; nothing where there are none. @throws AuthError `config_invalid` */
export async function headersIn(lines: readonly string[]): Promise<Record<string, string> | undefined> {
  if (lines.length === 0) return undefined;
  const headers = lines.map(async (line) => {
    const colon = line.indexOf(':');
    if (colon < 1) misused('--resource-header must have the form "Name: value".');
    const name = line.slice(0, colon).trim();
    return [name, await headerValue(name, line.slice(colon + 1).trim())] as const;
  });
  return Object.fromEntries(await Promise.all(headers));
}

/** Arguments of a process can be seen by others, so a secret can come from a file. */
async function headerValue(name: string, text: string): Promise<string> {
  if (!text.startsWith('@')) return text;
  const file = text.slice(1);
  const value = await (await secretIn(file, 'header value'))();
  if (isHeaderValue(value)) return value;
  // Commands have two flags for it: the sentence names neither.
  return misused(
    `The header ${shown(name)} cannot be sent: the file ${shown(file)} has more than one line, more than 8192 bytes, or characters that no header has.`,
  );
}
