// The key of the records in a folder: kept in a keychain under a name of its own, which the folder knows.
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { refuse } from '../contract/errors.ts';
import { readObject } from '../protocol/json.ts';
import { fileStore } from './file.ts';
import type { EncryptionKey } from './sealing.ts';
import type { Store } from './store.ts';
import { type Keychain, KeychainFailure } from './systemKeychain.ts';

/** Where the key of a folder is, and what it opens. */
export interface KeyPlace {
  readonly keychain: Keychain;
  readonly folder: string;
  readonly records: Store;
}

/** The record that holds the name, alone in a store of its own. */
const RECORD = 'key';

const nameSchema = z.object({ v: z.literal(1), name: z.uuid() });
const secretSchema = z.object({ v: z.literal(1), key: z.string().check(z.regex(/^[\w-]{43}$/)) });

/**
 * The key, made where there is none. A keychain has no compare-and-swap, and a folder has: every key is written to the keychain
 * under a fresh name, never over another, and the first name that gets into the folder is the one for all.
 * It is also the key's id.
 * @throws AuthError `KeychainFailure` when the keychain cannot be used; else `store_failed` for `fix-config` when
 * a person has to decide, `record_newer`, and what the file store fails with.
 */
export async function keyOf(place: KeyPlace): Promise<EncryptionKey> {
  const names = fileStore({ folder: join(place.folder, 'key') });
  for (;;) {
    const named = await names.get(RECORD);
    if (named) return keyNamed(nameIn(named.text, place), place);
    if ((await place.records.list('')).length === 0) {
      const key = await makeKey(names, place);
      if (key) return key;
    } else if (!(await names.get(RECORD))) {
      refuseForeign(place);
    }
  }
}

async function keyNamed(name: string, { keychain, folder }: KeyPlace): Promise<EncryptionKey> {
  const secret = await keychain.get(name);
  const which = `the key "${name}" of the records in ${folder}`;
  if (secret === undefined) {
    refuseKey(
      `The keychain of this system does not have ${which}. Unlock the one that has it, or start anew in another folder`,
    );
  }
  const { success, data } = secretSchema.safeParse(readObject(secret));
  if (success) return { id: name, key: Buffer.from(data.key, 'base64url') };
  return refuseKey(
    `The keychain of this system holds something else as ${which}. Update authchart, or put it back`,
  );
}

/** Nothing when another process was faster. */
async function makeKey(names: Store, { keychain }: KeyPlace): Promise<EncryptionKey | undefined> {
  const [name, key] = [randomUUID(), randomBytes(32)];
  const secret = JSON.stringify({ v: 1, key: key.toString('base64url') });
  await keychain.set(name, secret);
  if ((await keychain.get(name)) !== secret) {
    throw new KeychainFailure('it does not keep what it is given, check its settings', 'fix-config');
  }
  let isNamed = false;
  try {
    isNamed = (await names.put(RECORD, JSON.stringify({ v: 1, name }), undefined)) !== undefined;
  } finally {
    // Nothing was written with it, and nothing ever will be.
    if (!isNamed) await keychain.delete(name).catch(() => undefined);
  }
  return isNamed ? { id: name, key } : undefined;
}

function nameIn(text: string, { folder }: KeyPlace): string {
  const { success, data } = nameSchema.safeParse(readObject(text));
  if (success) return data.name;
  const what = `The name of the key in ${folder} was written by a newer version of authchart`;
  return refuse('record_newer', 'storing', `${what}; update this one, the records were left alone.`);
}

function refuseForeign({ folder }: KeyPlace): never {
  refuseKey(`There are records in ${folder}, but no name of a key in the keychain. Choose another folder`);
}

function refuseKey(what: string): never {
  refuse('store_failed', 'storing', `${what}; the records were left alone.`, { recovery: 'fix-config' });
}
