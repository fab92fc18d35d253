// What the engine says of its options, in the names of the flags that set them.
import type {
  ClientOptions,
  GrantOptions,
  PreRegisteredClient,
  PrivateKey,
} from '../actors/tools/hostOptions.ts';
import type { LoopbackOptions } from '../actors/userAgents/loopback.ts';
import type { PasteOptions } from '../actors/userAgents/paste.ts';
import type { Failure } from '../contract/errors.ts';
import type { EngineOptions, EnginePolicy } from '../engine/engineOptions.ts';
import type { SessionOptions } from '../engine/engineSurface.ts';
import type { LoginOptions } from '../engine/sessionSurface.ts';

/** How an option is set on the command line, or why it is not. */
export type OptionFlag =
  | {
      readonly flag: string;
      /** The value that a sentence about one server adds. */
      readonly value?: 'issuer';
    }
  | { readonly without: string };

type Of<Path extends string, Options> = `${Path}.${keyof Options & string}`;

/** Every option that a host can give, by the name that sentences have for it. One that is missing does not compile. */
export type OptionPath =
  | Of<'engine', EngineOptions>
  | Of<'session', SessionOptions>
  | Of<'login', LoginOptions>
  | Of<'policy', EnginePolicy>
  | Of<'client', ClientOptions>
  | Of<'client.preRegistered[]', PreRegisteredClient>
  | Of<'client.preRegistered[].privateKey', PrivateKey>
  | `client.grant.${GrantMember}`
  | Of<'loopbackUserAgent', LoopbackOptions>
  | Of<'pasteUserAgent', PasteOptions>
  | 'nodeFetch.caFile'
  | 'nodeFetch.silence';

type GrantMember = GrantOptions extends infer Grant
  ? Grant extends object
    ? keyof Grant & string
    : never
  : never;

const code = { without: 'it is code of a program' } as const;
const ours = { without: 'it is what this command says of itself' } as const;

/** The flag of every option. */
export const optionFlags: Readonly<Record<OptionPath, OptionFlag>> = {
  'engine.client': { without: 'its members have flags' },
  'engine.userAgent': { flag: '--user-agent' },
  'engine.store': { flag: '--store' },
  'engine.policy': { without: 'its members have flags' },
  'engine.onProgress': { flag: '--verbose' },
  'engine.onTrace': { flag: '--trace' },
  'engine.onDefect': code,
  'engine.inspect': code,
  'engine.fetch': code,
  'engine.now': code,
  'engine.sleep': code,
  'session.resource': { without: 'it is the argument of the command' },
  'session.subject': { flag: '--subject' },
  'session.label': { flag: '--label' },
  'login.scopes': { flag: '--scope' },
  'login.again': { flag: '--again' },
  'login.signal': { without: 'Ctrl-C ends a command' },
  'policy.interaction': { flag: '--no-login' },
  'policy.requestTimeout': { flag: '--request-timeout' },
  'policy.loginTimeout': { flag: '--timeout' },
  'policy.idleAfter': { without: 'a command ends before it is idle' },
  'policy.rememberMetadata': { without: 'a command looks anew each time' },
  'policy.legacyDiscovery': { flag: '--legacy-discovery' },
  'policy.scopeFloor': { flag: '--scope-floor' },
  'policy.scopeCeiling': { flag: '--scope-ceiling' },
  'policy.confirmStepUp': { without: 'the person sees the login page, and can say no there' },
  'policy.selectServer': { flag: '--server' },
  'policy.probe': { without: 'the command asks by POST, and then by GET' },
  'policy.prompt': { flag: '--prompt' },
  'policy.authorizationParameters': { flag: '--authorization-parameter' },
  'policy.resourceHeaders': { flag: '--resource-header' },
  'policy.dangerouslyOmitResourceAt': { flag: '--omit-resource', value: 'issuer' },
  'policy.dangerouslySendResourceAs': { flag: '--resource-as' },
  'policy.dangerouslyIgnoreTrailingSlashOf': { flag: '--ignore-slash', value: 'issuer' },
  'policy.dangerouslyAllowWithoutPkceAt': { flag: '--allow-without-pkce', value: 'issuer' },
  'policy.dangerouslyAllowPrivateAddressAt': { flag: '--allow-private' },
  'client.name': ours,
  'client.uri': ours,
  'client.softwareId': ours,
  'client.softwareVersion': ours,
  'client.metadataUrl': { flag: '--client-metadata-url' },
  'client.preRegistered': { flag: '--client-id' },
  'client.dynamicRegistration': { flag: '--no-registration' },
  'client.initialAccessTokens': { flag: '--initial-access-token' },
  'client.grant': { flag: '--grant' },
  'client.dpop': { flag: '--dpop' },
  'client.preRegistered[].issuer': { flag: '--issuer' },
  'client.preRegistered[].clientId': { flag: '--client-id' },
  'client.preRegistered[].clientSecret': { flag: '--client-secret-file' },
  'client.preRegistered[].privateKey': { flag: '--private-key-file' },
  'client.preRegistered[].authMethod': { flag: '--client-auth' },
  'client.preRegistered[].resource': { without: 'the client is for the resource of the command' },
  'client.preRegistered[].dangerouslyTrustFirstIssuer': { without: '--issuer says it, and is as short' },
  'client.preRegistered[].privateKey.key': { flag: '--private-key-file' },
  'client.preRegistered[].privateKey.algorithm': { flag: '--private-key-algorithm' },
  'client.preRegistered[].privateKey.keyId': { flag: '--private-key-id' },
  'client.grant.kind': { flag: '--grant' },
  'client.grant.show': { without: 'the command shows the code itself' },
  'client.grant.assertion': { flag: '--assertion-file' },
  'client.grant.identityProvider': {
    without: 'the grant enterprise needs a program, which knows who is logged in',
  },
  'client.grant.idToken': { without: 'the grant enterprise needs a program, which knows who is logged in' },
  'loopbackUserAgent.open': { without: 'the browser of the system is opened' },
  'loopbackUserAgent.show': { without: 'the command prints the address itself' },
  'loopbackUserAgent.host': { flag: '--callback-host' },
  'loopbackUserAgent.port': { flag: '--callback-port' },
  'loopbackUserAgent.path': { flag: '--callback-path' },
  'pasteUserAgent.redirectUri': { flag: '--redirect-uri' },
  'pasteUserAgent.show': { without: 'the command prints the address itself' },
  'pasteUserAgent.ask': { without: 'the command asks itself' },
  'nodeFetch.caFile': { flag: '--ca' },
  'nodeFetch.silence': { without: 'the proxy sets no limit, and other commands end with Ctrl-C' },
};

/** Options that a refusal of options names without their object, at its beginning. */
const bare: Readonly<Record<string, OptionPath>> = {
  redirectUri: 'pasteUserAgent.redirectUri',
  caFile: 'nodeFetch.caFile',
  scopes: 'login.scopes',
  host: 'loopbackUserAgent.host',
  port: 'loopbackUserAgent.port',
  path: 'loopbackUserAgent.path',
};

/** A name with the places of a list or of names in it: `policy.scopeFloor[1]`. */
const name = /\b(?:policy|client|loopbackUserAgent|pasteUserAgent|nodeFetch)(?:\.\w+|\[(?:\d*|"[^"]*")\])+/g;

/** The message of a failure in the words of the command line: each option that it names by its flag. */
export function inFlags({ message, phase, issuer }: Pick<Failure, 'message' | 'phase' | 'issuer'>): string {
  const said = message.replace(name, (whole) => nameOf(whole, issuer));
  if (phase !== 'configuring') return said;
  return said.replace(/^(\w+)(?:\[\d*\])*(?= )/, (whole, word: string) => {
    const path = Object.hasOwn(bare, word) ? bare[word] : undefined;
    return path === undefined ? whole : nameOf(path, undefined);
  });
}

/** The flag of an option, or of the one that it is a part of. What has no flag keeps its name. */
function nameOf(whole: string, issuer: string | undefined): string {
  let path = whole.replaceAll(/\[\d+\]/g, '[]').replaceAll(/\["[^"]*"\]/g, '');
  for (; path !== ''; path = path.replace(/(?:\[\]|\.?\w+)$/, '')) {
    const known = (optionFlags as Readonly<Record<string, OptionFlag | undefined>>)[path];
    if (known === undefined) continue;
    if ('without' in known) return whole;
    return known.value === 'issuer' && issuer !== undefined ? `${known.flag} ${issuer}` : known.flag;
  }
  return whole;
}
