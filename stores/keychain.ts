// Records in a folder, for Node: encrypted, with the one key that opens them in the operating system's keychain.
import { refuse } from '../contract/errors.ts';
import { must, object, optional, type Shape } from '../protocol/options.ts';
import { callback } from '../protocol/optionValues.ts';
import { type HomeOptions, keychainHome } from './keychainHome.ts';
import { folder, home } from './options.ts';
import type { Store } from './store.ts';
import { systemKeychain } from './systemKeychain.ts';

/** How `keychainStore` is set up. */
export interface KeychainOptions extends HomeOptions {
  /** What the keys are filed under in the keychain, where people see it: `authchart` unless said otherwise. */
  readonly service?: string;
  /** Milliseconds that the keychain may take for one call; a person may have to unlock it. 10 seconds unless said otherwise. */
  readonly timeout?: number;
}

const keychainShape: Shape<KeychainOptions> = {
  folder,
  fallback: optional(home),
  onFallback: optional(callback),
  service: optional(must('a text', (value) => typeof value === 'string')),
  timeout: optional(must('a number of milliseconds', (value) => typeof value === 'number')),
};

/** What a timer can wait for. */
const LONGEST = 2 ** 31 - 1;

/**
 * Records that all processes of one user on one machine share, as with `fileStore`, and that nobody can read who has only
 * the disk. What `encryptedStore` says of names, damage and limits holds here too. Needs the package `@napi-rs/keyring`: macOS
 * Keychain, Windows Credential Manager, on Linux a Secret Service (GNOME Keyring, KWallet, KeePassXC).
 *
 * The keychain is asked by the first operation, once for all that come meanwhile and after; when that fails, by the
 * next one again. The key is made when the folder has none. Where a program is not run by Node itself (one file with Node
 * in it), no process can be started that asks, and the keychain counts as out of reach.
 *
 * Besides what the folder fails with, operations fail with `store_failed`
 * - while the keychain cannot be used, unless there is a fallback: the package is missing (`fix-config`), nothing
 *   answers (`fix-config`), it is locked or does not answer in time (`retry-later`);
 * - when a person has to decide, fallback or not (`fix-config`): the keychain has lost the key, or the folder has records
 *   and no key. They are left alone. To start anew, choose another folder, or stop all processes and move the folder away.
 * @throws AuthError `config_invalid`
 */
export function keychainStore(options: KeychainOptions): Store {
  object(keychainShape)(options, '');
  const { service = 'authchart', timeout = 10_000 } = options;
  if (service === '') refuse('config_invalid', 'configuring', 'The service of a keychain needs a name.');
  if (!(timeout > 0 && timeout <= LONGEST)) {
    const range = `more than 0 and at most ${LONGEST} milliseconds`;
    refuse('config_invalid', 'configuring', `The time limit of a keychain must be ${range}.`);
  }
  return keychainHome(systemKeychain({ service, timeout }), options);
}
