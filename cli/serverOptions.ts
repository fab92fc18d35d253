// The flags for servers and gateways that need something of their own, and the policy that they make.
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EnginePolicy } from '../engine/engineOptions.ts';
import { shown } from '../protocol/text.ts';
import { urlOf } from '../protocol/url.ts';
import { misused, systemCode } from './failures.ts';

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
  readonly resourceAs?: readonly (readonly [issuer: string, value: string])[];
  readonly ignoreSlash?: readonly string[];
  readonly allowWithoutPkce?: readonly string[];
}

type Parameter = readonly [issuer: string, name: string, value: string];

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
    .optionsGroup('Servers that break a rule (each relaxes a check, at that issuer only; may be repeated):')
    .option('--omit-resource <issuer>', 'it rejects the parameter "resource": do not send it', collect)
    .option(
      '--resource-as <issuer=value>',
      'it knows the resource by this name: send it as "resource"',
      collectPair,
    )
    .option('--ignore-slash <issuer>', 'its metadata has a slash more or less at the end', collect)
    .option('--allow-without-pkce <issuer>', 'it does not say that it supports PKCE', collect);
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
  };
}

function parametersOf(all: readonly Parameter[]): Record<string, Record<string, string>> {
  const byIssuer = new Map<string, Record<string, string>>();
  for (const [issuer, name, value] of all) byIssuer.set(issuer, { ...byIssuer.get(issuer), [name]: value });
  return Object.fromEntries(byIssuer);
}

async function headersIn(lines: readonly string[]): Promise<Record<string, string> | undefined> {
  if (lines.length === 0) return undefined;
  const headers = lines.map(async (line) => {
    const colon = line.indexOf(':');
    if (colon < 1) misused('--resource-header must have the form "Name: value".');
    return [line.slice(0, colon).trim(), await contentOf(line.slice(colon + 1).trim())] as const;
  });
  return Object.fromEntries(await Promise.all(headers));
}

/** Arguments of a process can be seen by others, so a secret can come from a file. */
async function contentOf(text: string): Promise<string> {
  if (!text.startsWith('@')) return text;
  const file = text.slice(1);
  const content = await readFile(file, 'utf8').catch((thrown) =>
    misused(
      `The file ${shown(file)} of --resource-header cannot be read (${systemCode(thrown) ?? 'for an unknown reason'}).`,
    ),
  );
  return content.replace(/\r?\n$/, '');
}

/** One value more of an option that may be repeated. */
export const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** The scopes of a text, behind those from before. */
export function collectScopes(text: string, before: readonly string[] = []): readonly string[] {
  const scopes = text.split(/\s+/).filter((scope) => scope !== '');
  if (scopes.length === 0) throw new InvalidArgumentError('Name at least one scope.');
  return [...before, ...scopes];
}

function collectPair(
  text: string,
  before: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const [, issuer, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (issuer === undefined || value === undefined)
    throw new InvalidArgumentError('Give an issuer and a value, as in "https://as.example=api://mcp".');
  return [...before, [issuer, value]];
}

function collectParameter(text: string, before: readonly Parameter[] = []): readonly Parameter[] {
  const [, issuer, name, value] = /^(\S+)\s+([^=\s]+)=(.+)$/.exec(text) ?? [];
  if (issuer === undefined || name === undefined || value === undefined)
    throw new InvalidArgumentError('Give an issuer, a name and a value, as in "https://as.example a=b".');
  return [...before, [issuer, name, value]];
}

/** In seconds: timers can wait no longer. */
const LONGEST = 2_147_483;

/** A time in seconds. */
export function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(seconds > 0 && seconds <= LONGEST))
    throw new InvalidArgumentError('Give a number of seconds, such as 120.');
  return seconds;
}
