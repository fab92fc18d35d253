// Makes the engine's client from the flags: its name, and its credentials for this resource.
import type { ClientOptions, DevicePrompt, GrantOptions, PrivateKey } from '../actors/tools/hostOptions.ts';
import { fileAssertion } from '../adapters/node.ts';
import { shown } from '../protocol/text.ts';
import { misused } from './failures.ts';
import type { ClientFlags } from './options.ts';
import type { Printer } from './printer.ts';
import { secretIn } from './secretFile.ts';
import type { Pair } from './values.ts';
import { duration } from './words.ts';

/**
 * Makes the client of one command. Its credentials are for this resource only. When no issuer was given, the engine
 * refuses them, and names the issuer to confirm.
 * @throws AuthError `config_invalid` when flags do not fit together, or a file cannot be read.
 */
export async function clientOf(
  flags: ClientFlags,
  resource: string,
  printer: Pick<Printer, 'ask'>,
): Promise<ClientOptions> {
  const { clientId, issuer, clientSecretFile, privateKeyFile, clientMetadataUrl } = flags;
  const grant = grantOf(flags, printer);
  if (clientId === undefined && issuer !== undefined) misused('--issuer needs --client-id. Give both.');
  if (clientId === undefined && clientSecretFile !== undefined) {
    misused('--client-secret-file needs --client-id. Give both.');
  }
  if (clientId === undefined && privateKeyFile !== undefined) {
    misused('--private-key-file needs --client-id. Give both.');
  }
  if ((flags.grant === 'workload') !== (flags.assertionFile !== undefined))
    misused('--grant workload and --assertion-file need each other. Give both.');
  return {
    name: 'authchart',
    softwareId: 'authchart',
    ...flags.about,
    ...(clientMetadataUrl !== undefined && { metadataUrl: clientMetadataUrl }),
    ...(grant !== undefined && { grant }),
    ...(flags.dpop !== undefined && { dpop: flags.dpop }),
    ...(!flags.registration && { dynamicRegistration: false }),
    ...(flags.initialAccessToken && {
      initialAccessTokens: await Promise.all(flags.initialAccessToken.map(initialAccessToken)),
    }),
    ...(clientId !== undefined && {
      preRegistered: [
        {
          clientId,
          resource,
          ...(issuer !== undefined && { issuer }),
          ...(flags.clientSecret !== undefined && { clientSecret: flags.clientSecret }),
          ...(clientSecretFile !== undefined && {
            clientSecret: await secretIn(clientSecretFile, 'client secret'),
          }),
          ...(privateKeyFile !== undefined && {
            privateKey: keyIn(await secretIn(privateKeyFile, 'private key'), flags),
          }),
          ...(flags.clientAuth !== undefined && { authMethod: flags.clientAuth }),
        },
      ],
    }),
  };
}

/** The token is read at once: it is sent with the first registration, if there is one. */
async function initialAccessToken([issuer, file]: Pair): Promise<{ issuer: string; token: string }> {
  return { issuer, token: await (await secretIn(file, 'initial access token'))() };
}

function grantOf(
  { grant: kind, assertionFile }: Pick<ClientFlags, 'grant' | 'assertionFile'>,
  printer: Pick<Printer, 'ask'>,
): GrantOptions | undefined {
  if (kind === 'code') return undefined;
  if (kind === 'client-credentials') return { kind };
  if (kind === 'workload') return { kind, assertion: fileAssertion(assertionFile ?? '') };
  return { kind, show: (prompt) => printer.ask(deviceInvitation(prompt)) };
}

/** One line with the code, and one more where an address has it in it. */
function deviceInvitation(prompt: DevicePrompt): string {
  const { issuer, userCode, verificationUri, verificationUriComplete } = prompt;
  const left = duration(prompt.expiresAt - Date.now());
  const link =
    verificationUriComplete === undefined
      ? ''
      : `Or open this address, which has the code in it: ${shown(verificationUriComplete, 2048)}\n`;
  const where = `Open ${shown(verificationUri, 2048)} on any device and type ${shown(userCode)} (valid for ${left}).`;
  return `\n${shown(new URL(issuer).host)} asks you to log in. ${where}\n${link}`;
}

type KeyFlags = Pick<ClientFlags, 'privateKeyAlgorithm' | 'privateKeyId'>;

const keyIn =
  (read: () => Promise<string>, { privateKeyAlgorithm: algorithm, privateKeyId: keyId }: KeyFlags) =>
  async (): Promise<PrivateKey> => ({
    key: await read(),
    ...(algorithm !== undefined && { algorithm }),
    ...(keyId !== undefined && { keyId }),
  });
