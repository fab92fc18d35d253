// From flags to the engine's client: who asks, and which credentials it has for this one resource.
import { access, constants, readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { ClientOptions, DevicePrompt, GrantOptions, PrivateKey } from '../actors/tools/tools.ts';
import { AuthError, failure } from '../contract/errors.ts';
import { shown } from '../protocol/text.ts';
import { misused, systemCode } from './failures.ts';
import type { ClientFlags, GrantName } from './options.ts';
import type { Printer } from './printer.ts';

/**
 * Credentials are for this resource only. Without an issuer they are passed on as they are: the engine refuses
 * them, and names the issuer to confirm.
 * @throws AuthError `config_invalid`
 */
export async function clientOf(
  flags: ClientFlags,
  resource: string,
  printer: Pick<Printer, 'ask'>,
): Promise<ClientOptions> {
  const { clientId, issuer, clientSecretFile, privateKeyFile, clientMetadataUrl } = flags;
  const grant = grantOf(flags.grant, printer);
  if (clientId === undefined && issuer !== undefined) misused('--issuer goes with --client-id; give both.');
  if (clientId === undefined && clientSecretFile !== undefined) {
    misused('--client-secret-file goes with --client-id; give both.');
  }
  if (clientId === undefined && privateKeyFile !== undefined) {
    misused('--private-key-file goes with --client-id; give both.');
  }
  return {
    name: 'authchart',
    softwareId: 'authchart',
    ...(clientMetadataUrl !== undefined && { metadataUrl: clientMetadataUrl }),
    ...(grant !== undefined && { grant }),
    ...(flags.dpop !== undefined && { dpop: flags.dpop }),
    ...(clientId !== undefined && {
      preRegistered: [
        {
          clientId,
          resource,
          ...(issuer !== undefined && { issuer }),
          ...(clientSecretFile !== undefined && { clientSecret: await secretIn(clientSecretFile) }),
          ...(privateKeyFile !== undefined && { privateKey: keyIn(await secretIn(privateKeyFile)) }),
        },
      ],
    }),
  };
}

function grantOf(kind: GrantName, printer: Pick<Printer, 'ask'>): GrantOptions | undefined {
  if (kind === 'code') return undefined;
  if (kind === 'client-credentials') return { kind };
  return { kind, show: (prompt) => printer.ask(deviceInvitation(prompt)) };
}

function deviceInvitation({
  issuer,
  userCode,
  verificationUri,
  verificationUriComplete,
}: DevicePrompt): string {
  const link =
    verificationUriComplete === undefined ? '' : `\n  or at once: ${shown(verificationUriComplete, 2048)}`;
  const where = `\n  open ${shown(verificationUri, 2048)}\n  and type ${shown(userCode)}${link}\n`;
  return `\n${shown(new URL(issuer).host)} asks you to log in, at any device:\n${where}`;
}

const keyIn = (read: () => Promise<string>) => async (): Promise<PrivateKey> => ({ key: await read() });

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
