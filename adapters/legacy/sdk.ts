// Reads a login that a provider of the TypeScript MCP SDK saved, from JSON files that a person names.
import { type Failure, refuse } from '../../contract/errors.ts';
import { own } from '../../protocol/json.ts';
import { shown } from '../../protocol/text.ts';
import { identifies } from '../../protocol/wellKnown.ts';
import { type ForeignFile, leaveOut, readForeignFile } from './foreignFile.ts';
import { type Found, type FoundLogin, orFailure } from './found.ts';
import { readClient, readTokens } from './sdkRecords.ts';

type Json = Readonly<Record<string, unknown>>;

/** The parts of a login that one file holds. */
interface Parts {
  readonly client?: Json;
  readonly tokens?: Json;
  /** The argument of `saveResourceUrl`: the `resource` parameter. */
  readonly resourceUrl?: string;
}

/** What `readSdkRecords` of `authchart/node` does: it says how. */
export async function readSdkRecords(options: {
  readonly files: readonly string[];
  readonly resource?: string;
}): Promise<Found> {
  const failures: Failure[] = [];
  const login = await orFailure(failures, () => readLogin(options.files));
  if (!login) return { logins: [], failures, unknown: [] };
  const resource = options.resource ?? login.audience ?? unnamed();
  if (login.audience !== undefined && identifies(login.audience, resource) === 'no') {
    await orFailure(failures, async () => refuseOther(login.audience ?? '', resource));
    return { logins: [], failures, unknown: [] };
  }
  return { logins: [{ ...login, resource }], failures, unknown: [] };
}

function unnamed(): never {
  return refuse(
    'config_invalid',
    'configuring',
    'The files do not say which resource the login is for. Name the resource.',
  );
}

function refuseOther(audience: string, resource: string): never {
  return refuse(
    'resource_mismatch',
    'storing',
    `The login is for ${shown(audience)} and not for ${shown(resource)}. Name the resource that it is for.`,
  );
}

/** @throws AuthError `record_corrupt` */
async function readLogin(paths: readonly string[]): Promise<Omit<FoundLogin, 'resource'>> {
  const found: { -readonly [Part in keyof FoundLogin]?: FoundLogin[Part] } = {};
  for (const path of paths) {
    const file = (await readForeignFile(path, path)) ?? leaveOut(path, 'it does not exist');
    const { client, tokens, resourceUrl } = partsOf(file);
    if ((client && found.client) || (tokens && found.tokens))
      leaveOut(path, 'another file holds the same part of the login');
    if (client) found.client = readClient(client, path);
    if (tokens) found.tokens = readTokens(tokens, path);
    if (resourceUrl !== undefined) found.audience = resourceUrl;
  }
  return { ...found, from: paths };
}

function partsOf({ name, object }: ForeignFile): Parts {
  const client = member(object, 'clientInformation');
  const tokens = member(object, 'tokens');
  const resourceUrl = own(object, 'resourceUrl');
  if (client || tokens) {
    return {
      ...(client && { client }),
      ...(tokens && { tokens }),
      ...(typeof resourceUrl === 'string' && { resourceUrl }),
    };
  }
  if (own(object, 'client_id') !== undefined) return { client: object };
  if (own(object, 'access_token') !== undefined) return { tokens: object };
  return leaveOut(name, 'it holds neither a client nor tokens of the SDK');
}

function member(object: Json, name: string): Json | undefined {
  const value = own(object, name);
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
