// Secrets come from files or from standard input: the arguments of a process can be seen by others.
import { access, constants, readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { AuthError, failure } from '../contract/errors.ts';
import { shown } from '../protocol/text.ts';
import { misused, systemCode } from './failures.ts';

type SecretKind = 'client secret' | 'private key' | 'initial access token' | 'header value';

/** Reads the file once, when its content is needed. Whether it can be read is checked now. */
export async function secretIn(file: string, kind: SecretKind): Promise<() => Promise<string>> {
  const name = `The ${kind} ${file === '-' ? 'on standard input' : `file ${shown(file)}`}`;
  if (file !== '-') await access(file, constants.R_OK).catch((thrown) => unreadable(name, thrown));
  let secret: Promise<string> | undefined;
  return () => {
    secret ??= readSecret(file, name);
    return secret;
  };
}

async function readSecret(file: string, name: string): Promise<string> {
  const content = file === '-' ? text(process.stdin) : readFile(file, 'utf8');
  const secret = (await content.catch((thrown) => unreadable(name, thrown))).replace(/\r?\n$/, '');
  if (secret === '') throw new AuthError(failure('config_invalid', 'configuring', `${name} is empty.`));
  return secret;
}

function unreadable(name: string, thrown: unknown): never {
  return misused(`${name} cannot be read (${systemCode(thrown) ?? 'for an unknown reason'}).`);
}
