// What docs/servers.md says to type is typed: the flags of each row against the server of the row.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gateways } from '../flow/quirkyServers/gateways.ts';
import { identityProviders } from '../flow/quirkyServers/identityProviders.ts';
import { flags, optionNames } from '../flow/quirkyServers/page.ts';
import { arrange } from '../flow/quirkyServers/play.ts';
import type { QuirkyServer } from '../flow/quirkyServers/quirk.ts';
import { services } from '../flow/quirkyServers/services.ts';
import { startWorld, type World } from '../support/world.ts';
import { newFolder, removeFolder, runHere } from './command.ts';

let world: World;
let folder: string;
beforeEach(async () => {
  [world, folder] = await Promise.all([startWorld(), newFolder()]);
});
afterEach(() => Promise.all([world.close(), removeFolder(folder)]));

/** Rows with options of the policy only: what others need is not the same for everybody. */
const rows = [...identityProviders, ...services, ...gateways].filter((row) => {
  const names = optionNames(row);
  return names.length > 0 && names.every((name) => name.startsWith('policy.')) && row.refused === undefined;
});

/** The arguments, with what a person would write in place of the words in capitals. */
function typed(row: QuirkyServer): readonly string[] {
  const issuer = /\{a\}[^'"]*/.exec(JSON.stringify(row.options))?.[0] ?? '';
  const known = { ISSUER: issuer.replace('{a}', world.origins.a), file: join(folder, 'key') };
  return flags(row).flatMap((line) => {
    const [flag = '', ...value] = line.split(' ');
    const text = value
      .join(' ')
      .replace(/^"|"$/g, '')
      .replace('ISSUER', known.ISSUER)
      .replace('@file', `@${known.file}`);
    return text === '' ? [flag] : [flag, text];
  });
}

test('HOST-2: many rows are typed', () => {
  expect(rows.length).toBeGreaterThan(18);
});

test.each(rows)('HOST-2: $id ($who): logged in with the flags of the page', async (row) => {
  arrange(world, row);
  await writeFile(join(folder, 'key'), 'key\n');
  const args = ['login', world.resource, '--user-agent', 'headless', ...typed(row)];
  const { code, stdout, stderr } = await runHere(folder, args);
  expect(stderr).not.toContain('authchart:');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Logged in at /)]);
});
