// The options that commands share, and what may be given for them.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { judgeAddress } from '../protocol/address.ts';
import { misused } from './failures.ts';
import type { OutputOptions } from './printer.ts';

export interface StoreOptions {
  readonly store?: string;
  readonly subject?: string;
  readonly label?: string;
}

export type GrantName = 'code' | 'device' | 'client-credentials';

export type AgentName = 'browser' | 'headless' | 'paste';

export interface ClientFlags {
  readonly userAgent: AgentName;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly privateKeyFile?: string;
  readonly grant: GrantName;
  readonly issuer?: string;
  readonly clientMetadataUrl?: string;
  readonly dpop?: 'preferred' | 'required';
}

interface LoginFlags {
  readonly scope?: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
  readonly redirectUri?: string;
}

interface RunFlags extends OutputOptions {
  /** A file. */
  readonly trace?: string;
}

export type SessionFlags = StoreOptions & ClientFlags & LoginFlags & RunFlags;

/** Whose login, and where it is kept. */
export function addStoreOptions(command: Command): Command {
  return command
    .optionsGroup('Whose login:')
    .option('--store <dir>', 'folder of the logins (default: $AUTHCHART_STORE, or a folder of this user)')
    .option('--subject <name>', 'whose login it is, where one store serves many people')
    .option('--label <name>', 'tells apart several logins of one person');
}

/** Who asks, and how a person is reached. */
export function addClientOptions(command: Command): Command {
  return command
    .optionsGroup('Client:')
    .addOption(
      new Option('--user-agent <kind>', 'how a person is reached')
        .choices(['browser', 'headless', 'paste'])
        .default('browser'),
    )
    .addOption(
      new Option('--grant <kind>', 'by a browser, at another device, or for the client itself')
        .choices(['code', 'device', 'client-credentials'])
        .default('code'),
    )
    .option('--client-id <id>', 'a client that was registered by hand')
    .option('--issuer <url>', 'the authorization server that issued it')
    .option('--client-secret-file <file>', 'file with its secret ("-": standard input)')
    .option('--private-key-file <file>', 'PEM file with the key that it signs with (ES256)')
    .addOption(
      new Option('--dpop <when>', 'bind tokens to a key of this machine').choices(['preferred', 'required']),
    )
    .option('--client-metadata-url <url>', "this client's own metadata document");
}

export function addScopeOption(command: Command, what: string): Command {
  return command.option('--scope <scopes>', `${what}; may be repeated`, collectScopes);
}

export function addLoginOptions(command: Command): Command {
  const withScope = addScopeOption(command.optionsGroup('Login:'), 'scopes to ask for, "a b"');
  return withScope
    .option('--timeout <seconds>', 'how long a person may take (default: 600)', readSeconds)
    .option('--redirect-uri <url>', 'where the answer comes back, for a client that is registered with it');
}

export function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--json', 'the result, or the error, as one JSON document')
    .option('-q, --quiet', 'no progress on standard error')
    .option('-v, --verbose', 'every state, with the requirements that it serves');
}

/** What is said, and recorded, of a command that runs the chart. */
export const addRunOptions = (command: Command): Command => addTraceOption(addOutputOptions(command));

export function addTraceOption(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--trace <file>', 'record the run there, to draw it: authchart inspect FILE');
}

function collectScopes(text: string, before: readonly string[] = []): readonly string[] {
  const scopes = text.split(/\s+/).filter((scope) => scope !== '');
  if (scopes.length === 0) throw new InvalidArgumentError('Name at least one scope.');
  return [...before, ...scopes];
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(seconds > 0 && seconds < 1e9))
    throw new InvalidArgumentError('Give seconds, like 120.');
  return seconds;
}

/**
 * The URL of a resource, as it was given.
 * @throws AuthError `config_invalid`; does not quote it, for a URL with a password in it.
 */
export function readResource(text: string): string {
  const verdict = judgeAddress(text, text);
  if (verdict.ok) return text;
  return misused(`The URL cannot be used: ${verdict.reason}; give one like https://mcp.example.com/mcp.`);
}
