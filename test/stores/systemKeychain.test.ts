// The keychain of the system, asked by processes: over a driver that keeps its entries in a file, and fails as it is told.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Keychain, KeychainFailure, systemKeychain } from '../../stores/systemKeychain.ts';
import { failureOf } from '../support/engine.ts';

/** The driver: its entries are a file beside it, and another file says what it does instead. */
const DRIVER = `
import { readFileSync, writeFileSync } from 'node:fs';
const here = (name) => new URL(name, import.meta.url);
const read = () => JSON.parse(readFileSync(here('entries.json'), 'utf8'));
const write = (entries) => writeFileSync(here('entries.json'), JSON.stringify(entries));
const fails = readFileSync(here('fails'), 'utf8');
if (fails === 'loading') throw new Error('hunter2');
export class AsyncEntry {
  constructor(service, name, options) {
    if (fails === 'connecting') throw new Error('hunter2');
    if (fails === 'ending') process.exit(0);
    this.at = service + ' ' + name + ' ' + options.linux.store;
  }
  async work() {
    if (fails === 'asking') throw new Error('hunter2');
    if (fails === 'answering') await new Promise((resolve) => setTimeout(resolve, 60_000));
    if (fails === 'nonsense') process.send({ failed: 'hunter2' });
  }
  async getPassword() {
    await this.work();
    return read()[this.at] ?? null;
  }
  async setPassword(secret) {
    await this.work();
    write({ ...read(), [this.at]: secret });
  }
  async deletePassword() {
    await this.work();
    const { [this.at]: _, ...rest } = read();
    write(rest);
    return true;
  }
}
`;

let world: string;
let driver: string;
let keychain: Keychain;
beforeEach(async () => {
  world = await mkdtemp(join(tmpdir(), 'authchart-driver-'));
  driver = join(world, 'node_modules/@napi-rs/keyring');
  await mkdir(driver, { recursive: true });
  const manifest = { name: '@napi-rs/keyring', version: '1.0.0', type: 'module', main: 'index.js' };
  await writeFile(join(driver, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(driver, 'index.js'), DRIVER);
  await writeFile(join(driver, 'entries.json'), '{}');
  await fails('');
  keychain = keychainOf();
});
afterEach(() => rm(world, { recursive: true, force: true }));

const fails = (what: string): Promise<void> => writeFile(join(driver, 'fails'), what);
const keychainOf = (timeout = 20_000): Keychain =>
  systemKeychain({ service: 'tests', timeout, from: pathToFileURL(join(world, 'module.js')).href });
const entries = async (): Promise<unknown> =>
  JSON.parse(await readFile(join(driver, 'entries.json'), 'utf8'));

describe('the keychain of the system', () => {
  test('keeps secrets under their names and its service, and forgets what is deleted', async () => {
    expect(await keychain.get('a')).toBeUndefined();
    await keychain.set('a', 'one');
    await keychain.set('b', '');
    expect(await keychain.get('a')).toBe('one');
    expect(await keychain.get('b')).toBe('');
    // On Linux no other keyring will do: it would forget all when the system starts again.
    expect(await entries()).toEqual({ 'tests a secret-service': 'one', 'tests b secret-service': '' });
    await keychain.delete('a');
    expect(await keychain.get('a')).toBeUndefined();
    expect(await entries()).toEqual({ 'tests b secret-service': '' });
  });

  test.each([
    ['loading', 'fix-config', 'npm install @napi-rs/keyring'],
    ['connecting', 'fix-config', 'start it'],
    ['asking', 'retry-later', 'unlock it'],
    ['ending', 'fix-config', 'start Node'],
    ['nonsense', 'fix-config', 'start Node'],
  ])('S04, TOK-3: that fails in %s is for %s, and says what helps: %s', async (what, recovery, advice) => {
    await fails(what);
    const works = [keychain.get('a'), keychain.set('a', 'hunter2'), keychain.delete('a')];
    for (const failure of await Promise.all(works.map(failureOf))) {
      expect(failure).toBeInstanceOf(KeychainFailure);
      expect(failure).toMatchObject({ code: 'store_failed', phase: 'storing', recovery });
      expect(failure.message).toContain(advice);
      expect(failure.message).not.toContain('hunter2');
    }
  });

  test('S04: that does not answer is given up in time, and its process is ended', async () => {
    await fails('answering');
    const failure = await failureOf(keychainOf(1_500).get('a'));
    expect(failure).toMatchObject({ code: 'store_failed', recovery: 'retry-later' });
    expect(failure.message).toContain('did not answer in time');
  });

  test('C12: leaves nothing behind in the process that asks', async () => {
    const before = process.listenerCount('exit');
    const found = keychain.get('a');
    expect(process.listenerCount('exit')).toBe(before + 1);
    await found;
    expect(process.listenerCount('exit')).toBe(before);
    await expect
      .poll(() => process.getActiveResourcesInfo().filter((one) => one === 'ProcessWrap'))
      .toEqual([]);
  });
});
