// The options that several commands share, and the checks of their values.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { judgeAddress } from '../protocol/address.ts';
import { misused } from './failures.ts';
import type { OutputOptions } from './printer.ts';

/** Which login, and in which store. */
export interface StoreOptions {
  /** A folder. */
  readonly store?: string;
  readonly subject?: string;
  readonly label?: string;
}

/** A value of `--grant`. */
export type GrantName = 'code' | 'device' | 'client-credentials';

/** A value of `--user-agent`. */
export type AgentName = 'browser' | 'headless' | 'paste';

/** Who the client is, and how a person gets to the login page. */
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
  /** In seconds. */
  readonly timeout?: number;
  readonly redirectUri?: string;
}

interface RunFlags extends OutputOptions {
  /** A file. */
  readonly trace?: string;
}

interface NetworkFlags {
  /** A file. */
  readonly ca?: string;
}

/** The flags of a command that runs the chart. */
export type SessionFlags = StoreOptions & ClientFlags & NetworkFlags & LoginFlags & RunFlags;

/** Adds the options for which login it is, and in which store. */
export function addStoreOptions(command: Command): Command {
  return command
    .optionsGroup('Whose login:')
    .option(
      '--store <dir>',
      'folder with the logins (default: $AUTHCHART_STORE, or else a folder of this user)',
    )
    .option('--subject <name>', 'the person whose login it is, if one store has logins of many')
    .option('--label <name>', 'name of the login, if a person has several for one resource');
}

/** Adds the options for who the client is, how a person gets to the login page, and how servers are reached. */
export function addClientOptions(command: Command): Command {
  return command
    .optionsGroup('Client:')
    .addOption(
      new Option(
        '--user-agent <kind>',
        'how to log in: "paste" works with a browser on another machine, "headless" needs no person',
      )
        .choices(['browser', 'headless', 'paste'])
        .default('browser'),
    )
    .addOption(
      new Option(
        '--grant <kind>',
        'how to get a token: "code" in a browser, "device" on another device, "client-credentials" without a person',
      )
        .choices(['code', 'device', 'client-credentials'])
        .default('code'),
    )
    .option('--client-id <id>', 'id of a client that was registered by hand')
    .option('--issuer <url>', 'authorization server that issued this client id')
    .option('--client-secret-file <file>', 'file with the client secret ("-": standard input)')
    .option('--private-key-file <file>', 'PEM file with the private key of the client (ES256)')
    .addOption(
      new Option('--dpop <when>', 'bind tokens to a key, so that a thief cannot use them').choices([
        'preferred',
        'required',
      ]),
    )
    .option('--client-metadata-url <url>', 'metadata document of this client')
    .optionsGroup('Network:')
    .option('--ca <file>', 'PEM file of a certificate authority to trust, beside those that Node trusts');
}

/** Adds `--scope`. @param what The help of the option. */
export function addScopeOption(command: Command, what: string): Command {
  return command.option('--scope <scopes>', `${what}; may be repeated`, collectScopes);
}

/** Adds the options of a command that may log in. */
export function addLoginOptions(command: Command): Command {
  const withScope = addScopeOption(command.optionsGroup('Login:'), 'scopes to ask for, as in "a b"');
  return withScope
    .option('--timeout <seconds>', 'how long you may take to log in (default: 600)', readSeconds)
    .option('--redirect-uri <url>', 'redirect URI, for a client that is registered with one');
}

/** Adds the options for what is printed. */
export function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--json', 'print the result, or the error, as one JSON document')
    .option('-q, --quiet', 'print no progress')
    .option('-v, --verbose', 'print every state, with the ids of its requirements');
}

/** Adds the options for what a command that runs the chart prints and records. */
export const addRunOptions = (command: Command): Command => addTraceOption(addOutputOptions(command));

/** Adds `--trace`. */
export function addTraceOption(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('--trace <file>', 'record the run in this file: authchart inspect draws it');
}

function collectScopes(text: string, before: readonly string[] = []): readonly string[] {
  const scopes = text.split(/\s+/).filter((scope) => scope !== '');
  if (scopes.length === 0) throw new InvalidArgumentError('Name at least one scope.');
  return [...before, ...scopes];
}

/** In seconds: timers can wait no longer. */
const LONGEST = 2_147_483;

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(seconds > 0 && seconds <= LONGEST))
    throw new InvalidArgumentError('Give a number of seconds, such as 120.');
  return seconds;
}

/**
 * Checks the URL of a resource, and returns it as it was given.
 * @throws AuthError `config_invalid` when it cannot be used. The message does not quote it: it may have a password in it.
 */
export function readResource(text: string): string {
  const verdict = judgeAddress(text, text);
  if (verdict.ok) return text;
  return misused(`The URL cannot be used: ${verdict.reason}. Give one such as https://mcp.example.com/mcp.`);
}
