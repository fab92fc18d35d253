// From flags to the engine's client: who asks, and which credentials it has for this one resource.
import { access, constants, readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { ClientOptions } from '../actors/tools.ts';
import { AuthError, failure } from '../protocol/errors.ts';
import { shown } from '../protocol/text.ts';
import { misused, systemCode } from './failures.ts';
import type { ClientFlags } from './options.ts';

/**
 * Credentials are for this resource only. Without an issuer they are passed on as they are: the engine refuses
 * them, and names the issuer to confirm.
 * @throws AuthError `config_invalid`
 */
export async function clientOf(flags: ClientFlags, resource: string): Promise<ClientOptions> {
  const { clientId, issuer, clientSecretFile, clientMetadataUrl } = flags;
  if (clientId === undefined && issuer !== undefined) misused('--issuer goes with --client-id; give both.');
  if (clientId === undefined && clientSecretFile !== undefined) {
    misused('--client-secret-file goes with --client-id; give both.');
  }
  return {
    name: 'authchart',
    softwareId: 'authchart',
    ...(clientMetadataUrl !== undefined && { metadataUrl: clientMetadataUrl }),
    ...(clientId !== undefined && {
      preRegistered: [
        {
          clientId,
          resource,
          ...(issuer !== undefined && { issuer }),
          ...(clientSecretFile !== undefined && { clientSecret: await secretIn(clientSecretFile) }),
        },
      ],
    }),
  };
}

/** Read when it is needed, once; that it can be read is looked at now. */
async function secretIn(file: string): Promise<() => Promise<string>> {
  if (file !== '-') await access(file, constants.R_OK).catch((thrown) => unreadable(file, thrown));
  let secret: Promise<string> | undefined;
  return () => {
    secret ??= readSecret(file);
    return secret;
  };
}

async function readSecret(file: string): Promise<string> {
  const content = file === '-' ? text(process.stdin) : readFile(file, 'utf8');
  const secret = (await content.catch((thrown) => unreadable(file, thrown))).replace(/\r?\n$/, '');
  if (secret === '')
    throw new AuthError(failure('config_invalid', 'configuring', `${nameOf(file)} is empty.`));
  return secret;
}

function unreadable(file: string, thrown: unknown): never {
  return misused(`${nameOf(file)} cannot be read (${systemCode(thrown) ?? 'for no reason given'}).`);
}

const nameOf = (file: string): string =>
  `The client secret ${file === '-' ? 'on standard input' : `file ${shown(file)}`}`;
