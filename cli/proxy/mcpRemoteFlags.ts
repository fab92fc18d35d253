// The flags of mcp-remote, in the words of ours: what is taken, what is taken as something else, and what is refused.

import { shown } from '../../protocol/text.ts';
import { urlOf } from '../../protocol/url.ts';
import { misused } from '../failures.ts';
import type { SessionFlags } from '../options.ts';
import { readDocument } from './clientDocuments.ts';
import { isIndirect, withVariables } from './hostVariables.ts';
import type { Strategy } from './remote.ts';

/** The flags of the command. */
export type ProxyFlags = Omit<SessionFlags, 'json'> & {
  readonly transport: Strategy;
  readonly ignoreTool?: readonly string[];
  /** In seconds: how long a request of the host may wait for a person. */
  readonly answerWithin: number;
  /** Take over the login of mcp-remote. */
  readonly import?: true;
  readonly importIssuer?: string;
  /** What follows is mcp-remote's. */
  readonly host?: string;
  readonly allowHttp?: true;
  readonly debug?: boolean;
  readonly silent?: boolean;
  readonly enableProxy?: true;
  /** In seconds. */
  readonly authTimeout?: number;
  readonly resource?: string;
  readonly disableResourceParameter?: true;
  readonly staticOauthClientMetadata?: string;
  readonly staticOauthClientInfo?: string;
};

/** What the flags come to. */
export interface Meant {
  readonly flags: ProxyFlags;
  /** The header that the person has given in place of a login. */
  readonly authorization?: string;
  /** What the person should know. Holds no secret. */
  readonly remarks: readonly string[];
}

/** The path at which clients of mcp-remote are registered. */
const CALLBACK_PATH = '/oauth/callback';

/**
 * Reads the flags of mcp-remote.
 * @param of `url` and `port`: the arguments. `env`: the environment.
 * @throws AuthError `config_invalid` for what cannot be meant, or would be unsafe.
 */
export async function meaningOf(
  given: ProxyFlags,
  {
    url,
    port,
    env,
  }: { readonly url: string; readonly port: number | undefined; readonly env: NodeJS.ProcessEnv },
): Promise<Meant> {
  refuseInput(given);
  const remarks: string[] = [];
  const headers = headersOf(given.resourceHeader ?? [], env, remarks);
  const client = await clientOf(given, env, remarks);
  const place = callbackOf(given, port, remarks);
  const scopes = [...(given.scope ?? []), ...(given.scopeFloor ?? []), ...(client.scopeFloor ?? [])];
  return {
    remarks,
    ...(headers.authorization !== undefined && { authorization: headers.authorization }),
    flags: {
      ...given,
      ...client,
      ...place,
      ...resourceOf(given, url),
      ...(given.authTimeout !== undefined && { timeout: given.authTimeout }),
      ...(headers.others.length > 0 ? { resourceHeader: headers.others } : { resourceHeader: [] }),
      ...(scopes.length > 0 && { scopeFloor: scopes }),
      ...(given.debug && { verbose: true }),
      ...(given.silent && { quiet: true }),
    },
  };
}

/** Standard input belongs to the host. */
function refuseInput({ userAgent, clientSecretFile, privateKeyFile }: ProxyFlags): void {
  if (userAgent === 'paste')
    misused(
      '--user-agent paste reads standard input, which belongs to the host. Run authchart login with it first.',
    );
  if (clientSecretFile === '-' || privateKeyFile === '-')
    misused('A secret cannot come from standard input, which belongs to the host. Give a file.');
}

function headersOf(lines: readonly string[], env: NodeJS.ProcessEnv, remarks: string[]) {
  let authorization: string | undefined;
  const others: string[] = [];
  for (const line of lines) {
    const [, name = '', raw = ''] = /^([^:\s]+)\s*:\s*(.*)$/.exec(line) ?? [];
    if (name === '') misused('--header must have the form "Name: value".');
    const value = withVariables(raw, `--header ${name}`, env).trim();
    checkHeader(name, value);
    if (!isIndirect(raw) && isSecret(name)) remarks.push(plainSecret(`the header ${name}`));
    if (/^authorization$/i.test(name)) authorization = value;
    else others.push(`${name}: ${value}`);
  }
  return { authorization, others };
}

function checkHeader(name: string, value: string): void {
  try {
    new Headers([[name, value]]);
  } catch {
    misused(
      `The header ${shown(name)} of --header cannot be sent: its name or its value has characters that no header has.`,
    );
  }
}

/** Names of headers that carry secrets. */
function isSecret(name: string): boolean {
  return /auth|key|token|secret|cookie|password|signature/i.test(name);
}

const plainSecret = (what: string): string =>
  `A secret stands in the arguments (${what}): other programs of this machine can read it. Write \${NAME} in its place, and set NAME in the environment of the host's configuration; or write @FILE.`;

type Client = Pick<
  ProxyFlags,
  'clientId' | 'clientSecret' | 'clientAuth' | 'callbackPath' | 'about' | 'scopeFloor'
>;

async function clientOf(given: ProxyFlags, env: NodeJS.ProcessEnv, remarks: string[]): Promise<Client> {
  return {
    ...(await registeredOf(given, env, remarks)),
    ...(await metadataOf(given, env, remarks)),
  };
}

/** A client that was registered by hand. The engine refuses it without an issuer, and names the one to confirm. */
async function registeredOf(given: ProxyFlags, env: NodeJS.ProcessEnv, remarks: string[]): Promise<Client> {
  const flag = '--static-oauth-client-info';
  const { staticOauthClientInfo: argument, clientId: own } = given;
  if (argument === undefined) return {};
  if (own !== undefined) misused(`${flag} and --client-id are two clients. Give only one.`);
  const { texts } = await readDocument(flag, argument, env);
  const { client_id: clientId, client_secret: clientSecret, token_endpoint_auth_method: method } = texts;
  if (clientId === undefined) return misused(`${flag} has no client_id.`);
  if (
    clientSecret !== undefined &&
    !argument.startsWith('@') &&
    !/"client_secret"\s*:\s*"\$\{/.test(argument)
  )
    remarks.push(plainSecret(`client_secret of ${flag}`));
  return {
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    ...(isAuthMethod(method) && { clientAuth: method }),
    ...(given.userAgent === 'browser' &&
      given.callbackPath === undefined &&
      given.redirectUri === undefined && { callbackPath: CALLBACK_PATH }),
  };
}

function isAuthMethod(
  text: string | undefined,
): text is 'none' | 'client_secret_basic' | 'client_secret_post' {
  return text === 'none' || text === 'client_secret_basic' || text === 'client_secret_post';
}

/** What a registration says of the client. The rest of it is decided by what the server and this client can do. */
const told = {
  client_name: 'name',
  client_uri: 'uri',
  software_id: 'softwareId',
  software_version: 'softwareVersion',
} as const;

async function metadataOf(given: ProxyFlags, env: NodeJS.ProcessEnv, remarks: string[]): Promise<Client> {
  const flag = '--static-oauth-client-metadata';
  const { staticOauthClientMetadata: argument } = given;
  if (argument === undefined) return {};
  const { texts, others } = await readDocument(flag, argument, env);
  const { scope, ...rest } = texts;
  const about = Object.entries(told).flatMap(([name, ours]) =>
    rest[name] === undefined ? [] : [[ours, rest[name]]],
  );
  const unused = [...others, ...Object.keys(rest).filter((name) => !Object.hasOwn(told, name))];
  if (unused.length > 0)
    remarks.push(
      `Of ${flag} these are not used, since the client decides them: ${shown(unused.join(', '), 500)}.`,
    );
  return {
    ...(about.length > 0 && { about: { name: 'authchart', ...Object.fromEntries(about) } }),
    ...(scope !== undefined && { scopeFloor: scope.split(/\s+/).filter((one) => one !== '') }),
  };
}

function callbackOf(
  { host, callbackHost, callbackPort }: ProxyFlags,
  port: number | undefined,
  remarks: string[],
): Pick<ProxyFlags, 'callbackHost' | 'callbackPort'> {
  if (port !== undefined && callbackPort !== undefined && port !== callbackPort)
    misused('The port stands there twice, with two values. Give only one.');
  const at = port === undefined ? {} : { callbackPort: port };
  if (host === undefined || callbackHost !== undefined) return at;
  if (host === '127.0.0.1' || host === '::1') return { ...at, callbackHost: host };
  if (host !== 'localhost')
    misused(
      '--host must be 127.0.0.1 or ::1: the browser has to come back to this machine, and to no other.',
    );
  remarks.push(
    'For --host localhost the browser comes back to 127.0.0.1, which no other machine can be. A client that was registered by hand needs this address in its redirect URI.',
  );
  return at;
}

/** The resource parameter belongs to one issuer: another server would be told what it does not know. */
function resourceOf(
  given: ProxyFlags,
  url: string,
): Pick<ProxyFlags, 'omitResource' | 'resourceAs' | 'label'> {
  const { resource, server, disableResourceParameter } = given;
  const isOff = disableResourceParameter === true || resource?.trim() === '';
  if (isOff)
    return {
      omitResource: [...(given.omitResource ?? []), server ?? needsServer('--disable-resource-parameter')],
    };
  if (resource === undefined || urlOf(resource.trim())?.href === urlOf(url)?.href) return {};
  const pair = [server ?? needsServer('--resource'), resource.trim()] as const;
  return {
    resourceAs: [...(given.resourceAs ?? []), pair],
    // As in mcp-remote, each value has a login of its own.
    label: given.label ?? resource.trim(),
  };
}

function needsServer(flag: string): never {
  return misused(
    `${flag} needs --server ISSUER: what is sent as "resource" is for one authorization server. authchart explain URL shows its issuer.`,
  );
}
