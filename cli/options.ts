// The options that several commands share, and the checks of their values.
import { type Command, Option } from 'commander';
import type { ClientOptions } from '../actors/tools/hostOptions.ts';
import type { ClientAuthMethod } from '../contract/facts.ts';
import { judgeAddress } from '../protocol/address.ts';
import { misused } from './failures.ts';
import type { OutputOptions } from './printer.ts';
import { addServerOptions, type ServerFlags } from './serverOptions.ts';
import { collectPair, collectScopes, type Pair, readSeconds } from './values.ts';

/** Which login, and in which store. */
export interface StoreOptions {
  /** A folder. */
  readonly store?: string;
  readonly subject?: string;
  readonly label?: string;
}

/** A value of `--grant`. */
type GrantName = 'code' | 'device' | 'client-credentials' | 'workload';

/** A value of `--user-agent`. */
type AgentName = 'browser' | 'headless' | 'paste';

/** Who the client is, and how a person gets to the login page. */
export interface ClientFlags {
  readonly userAgent: AgentName;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly clientAuth?: ClientAuthMethod;
  readonly privateKeyFile?: string;
  readonly privateKeyAlgorithm?: 'ES256' | 'RS256';
  readonly privateKeyId?: string;
  /** A file with the JWT of a workload. */
  readonly assertionFile?: string;
  /** False: no client is registered. */
  readonly registration: boolean;
  /** An issuer and a file for each, joined by "=". */
  readonly initialAccessToken?: readonly Pair[];
  readonly grant: GrantName;
  readonly issuer?: string;
  readonly clientMetadataUrl?: string;
  /** What the client says of itself, where a configuration of mcp-remote has it. Not a flag. */
  readonly about?: Pick<ClientOptions, 'name' | 'uri' | 'softwareId' | 'softwareVersion'>;
  /** A client secret from such a configuration. Not a flag. */
  readonly clientSecret?: string;
  readonly dpop?: 'preferred' | 'required';
}

interface LoginFlags {
  readonly scope?: readonly string[];
  /** In seconds. */
  readonly timeout?: number;
  /** Whether a person may be asked. Absent: where there is a terminal. */
  readonly login?: boolean;
  readonly redirectUri?: string;
  readonly callbackHost?: string;
  readonly callbackPort?: number;
  readonly callbackPath?: string;
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
export type SessionFlags = StoreOptions & ClientFlags & NetworkFlags & ServerFlags & LoginFlags & RunFlags;

/** Adds the options for which login it is, and in which store. */
export function addStoreOptions(command: Command): Command {
  return command
    .optionsGroup('Whose login:')
    .option(
      '--store <dir>',
      'folder with the logins (default: $AUTHCHART_STORE, or else a folder of this user)',
    )
    .option('--subject <name>', 'the person whose login it is, if one store has logins of many')
    .option('--label <name>', 'name of this login, if you have several at one resource, as in "work"');
}

const authMethods: readonly ClientAuthMethod[] = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
];

/**
 * Adds the options for who the client is, how a person gets to the login page, what its servers need, and how they are
 * reached.
 * @param short whether `--header` is free for the resource. Default true.
 */
export function addClientOptions(command: Command, short = true): Command {
  command
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
      new Option('--paste', 'the same as --user-agent paste: for SSH and containers').implies({
        userAgent: 'paste',
      }),
    )
    .addOption(
      new Option('--device', 'the same as --grant device: type a code on any device').implies({
        grant: 'device',
      }),
    )
    .addOption(
      new Option(
        '--grant <kind>',
        'how to get a token: "code" in a browser, "device" on another device, "client-credentials" and "workload" without a person',
      )
        .choices(['code', 'device', 'client-credentials', 'workload'])
        .default('code'),
    )
    .option('--client-id <id>', 'id of a client that was registered by hand')
    .option('--issuer <url>', 'authorization server that issued this client id')
    .option('--client-secret-file <file>', 'file with the client secret ("-": standard input)')
    .addOption(
      new Option(
        '--client-auth <method>',
        'how the client proves who it is (default: as its server lists)',
      ).choices(authMethods),
    )
    .option('--private-key-file <file>', 'PEM file with the private key of the client')
    .addOption(
      new Option('--private-key-algorithm <name>', 'algorithm of that key (default: ES256)').choices([
        'ES256',
        'RS256',
      ]),
    )
    .option('--private-key-id <kid>', 'id of that key')
    .option('--assertion-file <file>', 'file with the JWT of this workload, for --grant workload')
    .addOption(
      new Option('--dpop <when>', 'bind tokens to a key, so that a thief cannot use them').choices([
        'preferred',
        'required',
      ]),
    )
    .option('--client-metadata-url <url>', 'metadata document of this client')
    .option('--no-registration', 'register no client')
    .option(
      '--initial-access-token <issuer=file>',
      'file with the token that this server wants for registrations; may be repeated',
      collectPair,
    )
    .optionsGroup('Network:')
    .option('--ca <file>', 'PEM file of a certificate authority to trust, beside those that Node trusts');
  return addServerOptions(command, { short });
}

/** Adds `--scope`. @param what The help of the option. */
export function addScopeOption(command: Command, what: string): Command {
  return command.option('--scope <scopes>', `${what}; may be repeated`, collectScopes);
}

/** What `--login` and `--no-login` do for a command that a person runs. */
const loginTexts = {
  login: 'log in even without a terminal',
  noLogin: 'exit with 3 at once where you would have to log in (default without a terminal)',
};

/** Adds the options of a command that may log in. @param texts What `--login` and `--no-login` do. */
export function addLoginOptions(command: Command, texts = loginTexts): Command {
  const withScope = addScopeOption(command.optionsGroup('Login:'), 'scopes to ask for, as in "a b"');
  return withScope
    .option('--wait, --timeout <seconds>', 'how long you may take to log in (default: 600)', readSeconds)
    .option('--login', texts.login)
    .option('--no-login', texts.noLogin)
    .option('--redirect-uri <url>', 'redirect URI, for a client that is registered with one')
    .option('--callback-host <address>', 'where the browser comes back to: 127.0.0.1 (default) or ::1')
    .option('--callback-port <number>', 'port there (default: any that is free)', Number)
    .option('--callback-path <path>', 'path there (default: /callback)');
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

/**
 * Checks the URL of a resource, and returns it as it was given.
 * @throws AuthError `config_invalid` when it cannot be used. The message does not quote it: it may have a password in it.
 */
export function readResource(text: string): string {
  const verdict = judgeAddress(text, text);
  if (verdict.ok) return text;
  return misused(`The URL cannot be used: ${verdict.reason}. Give one such as https://mcp.example.com/mcp.`);
}
