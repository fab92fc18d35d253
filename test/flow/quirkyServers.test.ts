// Servers as people meet them: each row of the table is played over HTTP, with what helps set, and without.
import { describe, expect, it } from 'vitest';
import { inFlags, optionFlags } from '../../cli/flagNames.ts';
import { gateways } from './quirkyServers/gateways.ts';
import { identityProviders } from './quirkyServers/identityProviders.ts';
import { optionNames, pageOf } from './quirkyServers/page.ts';
import { type Played, play } from './quirkyServers/play.ts';
import type { QuirkyServer, Refused } from './quirkyServers/quirk.ts';
import { services } from './quirkyServers/services.ts';

const rows: readonly QuirkyServer[] = [...identityProviders, ...services, ...gateways];

/** Nobody is led to more than two pages, no more than two clients are registered, and no secret is told. */
function expectBounds({ pages, registrations, told, secrets }: Played): void {
  expect(pages).toBeLessThanOrEqual(2);
  expect(registrations).toBeLessThanOrEqual(2);
  for (const secret of secrets) expect(told).not.toContain(secret);
}

function expectRefusal({ status, code, message }: Played, { code: expected, says }: Refused): void {
  expect([status, code]).toEqual([0, expected]);
  expect(message).toMatch(says instanceof RegExp ? says : new RegExp(says.replace(/[.[\]()*]/g, '\\$&')));
  // One sentence.
  expect(message).toMatch(/^[^\n]+\.$/);
}

describe('servers as people meet them', () => {
  it.each(rows.filter((row) => row.refused === undefined))('HOST-2: $id ($who): logged in', async (row) => {
    const played = await play(row, true);
    expect([played.message, played.status]).toEqual(['', 200]);
    expect(played.pages).toBe(row.pages ?? 1);
    if (row.renews) expect(played.renewed).toBe(200);
    expectBounds(played);
  });

  it.each(rows.flatMap((row) => (row.refused ? [{ ...row, refused: row.refused }] : [])))(
    'HOST-2: $id ($who): refused, with what helps',
    async (row) => {
      const played = await play(row, true);
      expectRefusal(played, row.refused);
      expectBounds(played);
    },
  );

  it.each(rows.flatMap((row) => (row.without ? [{ ...row, without: row.without }] : [])))(
    'HOST-2: $id ($who): without its option refused, with what helps',
    async (row) => {
      const played = await play(row, false);
      expectRefusal(played, row.without);
      expectBounds(played);
      const named = played.message.match(/\b(?:policy|client)\.\w+/g) ?? [];
      // On the command line the same sentence says the flag.
      const said = inFlags({ message: played.message, phase: 'authorizing' });
      if (named.length > 0) expect(said).not.toMatch(/\bpolicy\.|\bclient\.pre/);
    },
  );
});

describe('what is set is needed', () => {
  const others = rows.filter((row) => row.options && !row.without && !row.refused && row.pages !== 0);

  it.each(others)(
    'HOST-2: $id ($who): without its option a person is asked again, or nothing is answered',
    async (row) => {
      const played = await play(row, false);
      expect(row.renews ? played.pages === 2 : played.status !== 200).toBe(true);
      expectBounds(played);
    },
  );
});

describe('the table', () => {
  it('HOST-2: has rows of one name each, at least 40, and options that are some', () => {
    expect(rows.length).toBeGreaterThanOrEqual(40);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    for (const row of rows)
      for (const name of optionNames(row)) expect(Object.keys(optionFlags)).toContain(name);
    for (const row of rows) expect(optionNames(row).length > 0 || row.helps !== undefined).toBe(true);
  });

  it('HOST-2: is what the page for people says, row by row', async () => {
    await expect(pageOf({ identityProviders, services, gateways })).toMatchFileSnapshot(
      '../../docs/servers.md',
    );
  });
});
