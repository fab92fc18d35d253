// What was seen of a world, in order: requests with their answers, and what app and person did between them.
import type { RequirementId } from '../../../contract/requirements.ts';
import type { Answer, Place, Received } from '../../support/world.ts';
import type { ClientKind, Server, Step } from './behaviours.ts';

export interface Exchange {
  readonly kind: 'exchange';
  /** Which process asked; not a number for a person's browser. */
  readonly process: number;
  readonly request: Received;
  readonly answer: Answer;
}

/** How something that the app asked for ended. */
interface Outcome {
  readonly kind: 'outcome';
  readonly what: string;
  /** A status, or the code of an AuthError. */
  readonly ended: string;
  /** Neither a Response nor an AuthError, and not the network error of the app's own request. */
  readonly isForeign: boolean;
}

/** Who did something: the number of a process. */
interface By {
  readonly process: number;
}

/** A login that somebody asked for. */
interface Login extends By {
  /** Tells it from the others. */
  readonly login: number;
  readonly scopes: readonly string[];
}

export type Mark =
  | { readonly kind: 'step'; readonly step: Step }
  /** A process starts, and remembers only what is stored; or is over: ended, or dead. */
  | ({ readonly kind: 'engine'; readonly charts: number } & By)
  | ({ readonly kind: 'engine over' } & By)
  | ({ readonly kind: 'login' } & Login)
  | ({ readonly kind: 'login over'; readonly ended: string } & Login)
  | ({ readonly kind: 'cancel' | 'logout' } & By)
  /** All have had the time to hear of it. */
  | { readonly kind: 'logged out' }
  /** The person was led to this URL, at this time in epoch milliseconds. */
  | ({
      readonly kind: 'presented';
      readonly url: URL;
      readonly at: Server | undefined;
      readonly time: number;
    } & By)
  | { readonly kind: 'two token requests at once'; readonly at: string }
  /** What was told to people and logs up to here. */
  | { readonly kind: 'told'; readonly text: string }
  /** Everything in the store, after a sign-out that nothing disturbed. */
  | { readonly kind: 'left in store'; readonly text: string }
  /** After a step, when all have had the time to hear of it: which authorization requests are stored. */
  | { readonly kind: 'heard'; readonly requests: readonly string[]; readonly time: number }
  /** After all was mended, for each that asks. */
  | { readonly kind: 'repaired'; readonly login: string; readonly status: string }
  | { readonly kind: 'hangs'; readonly what: string }
  | Outcome;

export type Moment = Exchange | Mark;

export interface Recording {
  readonly moments: readonly Moment[];
  readonly origins: Readonly<Record<Place, string>>;
  readonly resource: string;
  readonly interaction: 'ask' | 'auto';
  readonly client: ClientKind;
}

/** A rule about the wire: it knows nothing of the chart. */
export interface Rule {
  readonly says: string;
  readonly spec: readonly RequirementId[];
  /** What broke it, in a sentence without secrets; nothing when it held. */
  readonly judge: (recording: Recording) => string | undefined;
}

/** The header by which a request says which process sent it. */
export const PROCESS = 'x-process';

export const METADATA = '/.well-known/oauth-authorization-server';
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource';

/** Secrets of the scripted world, and dynamic client ids: they say what they are, and whose. */
export const CREDENTIAL = /(access|refresh|code|client|secret)-(a|b)-[0-9a-f-]{36}/g;

/** One request as text, with all that it carries. */
export function textOf({ path, query, headers, body }: Received): string {
  return `${path}?${query} ${Object.values(headers).join(' ')} ${basicOf(headers)} ${body}`;
}

/** The client's own id and secret are base64 in Basic authentication. */
function basicOf({ authorization = '' }: Readonly<Record<string, string>>): string {
  return authorization.startsWith('Basic ') ? atob(authorization.slice('Basic '.length)) : '';
}

export const nameOf = ({ request }: Exchange): string => `${request.method} ${request.path} at ${request.at}`;

export const isTokenRequest = ({ request }: Exchange, grantType: string): boolean =>
  request.path === '/token' && request.form.get('grant_type') === grantType;

/** The JSON object of an answer that arrived well; else an empty one. */
export function objectOf({ status = 200, body, cut }: Answer): Readonly<Record<string, unknown>> {
  const isObject = typeof body === 'object' && body !== null;
  return !cut && status < 300 && isObject ? (body as Record<string, unknown>) : {};
}

/** The servers that an answer of the resource's metadata names; nothing when it is none. */
export function namedServers({ request, answer }: Exchange): readonly string[] | undefined {
  if (request.at !== 'resource' || !request.path.startsWith(RESOURCE_METADATA)) return undefined;
  const named = objectOf(answer)['authorization_servers'];
  return Array.isArray(named) ? named : undefined;
}

/** Whether a server's metadata, as it was answered, may be used; nothing when no metadata was answered. */
export function isGoodMetadata({ request, answer }: Exchange, recording: Recording): boolean | undefined {
  if (request.path !== METADATA || request.at === 'resource') return undefined;
  const { issuer, code_challenge_methods_supported: methods } = objectOf(answer);
  if (issuer === undefined) return undefined;
  return issuer === recording.origins[request.at] && Array.isArray(methods) && methods.includes('S256');
}

/** The access token that a request to the resource carries. */
export function bearerOf({ request }: Exchange): string | undefined {
  const { authorization = '' } = request.headers;
  return request.at === 'resource' && authorization.startsWith('Bearer ')
    ? authorization.slice('Bearer '.length)
    : undefined;
}

/** Names whose an issued value of the scripted world is. */
export const issuedBy = (credential: string): Server => (credential.split('-')[1] === 'b' ? 'b' : 'a');
