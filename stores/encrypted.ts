// Encryption at rest, around any home.
import { AuthError, type FailureCode, refuse } from '../contract/errors.ts';
import { shown } from '../protocol/text.ts';
import { home as judgeHome } from './options.ts';
import { type Encryption, type Opened, open, type Ring, ringOf, seal, versionOf } from './sealing.ts';
import type { Store, Stored } from './store.ts';

/** What became of the records of a home. */
export interface Reencrypted {
  readonly rewritten: number;
  /** What could not be read, and is as it was: as long as there is any, a former key may still be needed. */
  readonly left: readonly { readonly key: string; readonly code: FailureCode }[];
}

/**
 * A home whose texts are encrypted. Names of records stay readable (they hold issuers, client ids, resources and
 * subjects, and no secret), and so do their number, sizes and times of writing. A text grows by about a half:
 * the limits of the home are for what it is given. Old records put back whole by somebody who can write
 * to the home are not recognized, since nothing outside of it says which one is the newest.
 *
 * Besides what the home fails with, reading fails with
 * - `record_corrupt`, once: what was damaged, came from another record, or is not encrypted is set aside in the home;
 * - `record_newer`: it was written by a newer version, and is left alone;
 * - `store_failed`, to be helped by `fix-config`: a key is missing. The record is as good as ever, so it is left
 *   alone: to set it aside would end a login for a mistake in the host's configuration.
 * @throws AuthError `config_invalid` when a key cannot be one, or the home is none, before anything is read.
 * @see NIST SP 800-38D
 */
export function encryptedStore(home: Store, encryption: Encryption): Store {
  judgeHome(home, 'home');
  const ring = ringOf(encryption);
  const watch = home.watch?.bind(home);
  let settingAside: Promise<unknown> = Promise.resolve();
  /** One after the other, so that of many who find the same damage one tells of it. */
  const report = (name: string, stored: Stored, isPlain: boolean): Promise<void> => {
    const reported = settingAside.then(() => setAsideBroken(home, name, stored, isPlain));
    settingAside = reported.catch(() => undefined);
    return reported;
  };

  return {
    async get(name) {
      for (;;) {
        const stored = await home.get(name);
        if (!stored) return undefined;
        const opened = await open(ring, name, stored);
        if (opened.is === 'read') return { version: opened.version, text: opened.text };
        if (opened.is === 'locked') refuseLocked(name, opened.kid);
        if (opened.is === 'newer') refuseNewer(name);
        await report(name, stored, opened.is === 'plain');
      }
    },
    async put(name, text, expected) {
      const sealed = await seal(ring, name, text);
      if (expected === undefined) return home.put(name, sealed, undefined);
      return atVersion(home, name, expected, (version) => home.put(name, sealed, version));
    },
    async delete(name, version) {
      const done = await atVersion(home, name, version, async (at) =>
        (await home.delete(name, at)) ? true : undefined,
      );
      return done === true;
    },
    list: (prefix) => home.list(prefix),
    ...(watch && { watch }),
    ...(home.processes && { processes: home.processes }),
    async setAside(name, version) {
      const stored = await home.get(name);
      await home.setAside(name, stored && versionOf(stored) === version ? stored.version : version);
    },
  };
}

/**
 * Writes every record that is not under the current key again: after a change of keys, and with `adoptPlain` to
 * encrypt a home for the first time. Safe beside engines at work: a record keeps its version for them, what is
 * written or deleted meanwhile stays so. May be stopped at any time, and run again. Let all processes write with the
 * current key first; when `left` is empty, the former keys are not needed any more.
 * @param home the home itself, and not the encrypted store around it.
 * @throws AuthError `config_invalid`, and what the home fails with.
 */
export async function reencrypt(home: Store, encryption: Encryption): Promise<Reencrypted> {
  const ring = ringOf(encryption);
  const left: { key: string; code: FailureCode }[] = [];
  let rewritten = 0;
  for (const key of await home.list('')) {
    const outcome = await rewrite(home, ring, key).catch(codeOfRecord);
    if (outcome === 'rewritten') rewritten += 1;
    else if (outcome !== 'as it should be') left.push({ key, code: outcome });
  }
  return { rewritten, left };
}

async function rewrite(
  home: Store,
  ring: Ring,
  name: string,
): Promise<FailureCode | 'rewritten' | 'as it should be'> {
  for (;;) {
    const stored = await home.get(name);
    if (!stored) return 'as it should be';
    const opened = await open(ring, name, stored);
    if (opened.is !== 'read') return codes[opened.is];
    if (opened.isCurrent) return 'as it should be';
    const sealed = await seal(ring, name, opened.text, opened.version);
    if ((await home.put(name, sealed, stored.version)) !== undefined) return 'rewritten';
  }
}

/** What a home says of one record must not keep the others from being written. */
function codeOfRecord(error: unknown): FailureCode {
  const code = error instanceof AuthError ? error.code : undefined;
  if (code === 'record_corrupt' || code === 'record_newer') return code;
  throw error;
}

// Versions. A record that is only written under another key is still the same one to those who have read it:
// a refresh token may be at its server just then, and the answer is stored over the version from before.

/** Acts on the version in the home that stands for this one. */
async function atVersion<T>(
  home: Store,
  name: string,
  version: string,
  act: (version: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let at = version; ; ) {
    const done = await act(at);
    if (done !== undefined) return done;
    const stored = await home.get(name);
    if (!stored || stored.version === at || versionOf(stored) !== version) return undefined;
    at = stored.version;
  }
}

// What cannot be read.

const codes = {
  broken: 'record_corrupt',
  plain: 'record_corrupt',
  newer: 'record_newer',
  locked: 'store_failed',
} as const satisfies Record<Exclude<Opened['is'], 'read'>, FailureCode>;

function refuseLocked(name: string, kid: string): never {
  const what = `The record ${shown(name)} was encrypted with the key "${shown(kid, 80)}"`;
  refuse('store_failed', 'storing', `${what}; give that one as a former key, the record was left alone.`, {
    recovery: 'fix-config',
  });
}

function refuseNewer(name: string): never {
  const what = `The record ${shown(name)} was written by a newer version of authchart`;
  refuse('record_newer', 'storing', `${what}; update this one, the record was left alone.`);
}

/** @returns when it is not this version any more: the record is to be read again. */
async function setAsideBroken(home: Store, name: string, stored: Stored, isPlain: boolean): Promise<void> {
  if ((await home.get(name))?.version !== stored.version) return;
  await home.setAside(name, stored.version);
  const why = isPlain
    ? 'is not encrypted (those from before encryption are read with adoptPlain only)'
    : 'does not decrypt: it was damaged, or put there by somebody else';
  refuse('record_corrupt', 'storing', `The record ${shown(name)} ${why}. It was set aside; log in again.`);
}
