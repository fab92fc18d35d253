// Chapter 7: the end of a login, at every server and in the store.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exchange } from '../../exchanges.ts';
import { works } from '../agent.ts';
import { at, carried, issued, ofClient } from '../evidence.ts';
import { type Chapter, recorded, type Stage, startClient } from '../stage.ts';

export const logout: Chapter = {
  title: 'Logout',
  why: 'Who logs out wants it to be over everywhere. Clients that only delete their own copy leave tokens alive at every server that they ever met.',

  async play(stage) {
    const { narrator } = stage;
    const held = await heldTokens(stage);
    const worked = await countWorking(stage, held);
    const seen = await recorded(stage, () => logOutBoth(stage));
    claimRevoked(stage, seen, held);
    const still = await countWorking(stage, held);
    narrator.claim(
      'The access tokens in the store worked until now, and are refused by the resource.',
      worked === 3 && still === 0,
      `${worked} worked before, ${still} do now`,
    );
    const left = await heldTokens(stage);
    narrator.claim(
      'No token is left in the store.',
      held.length === 8 && left.length === 0,
      `${held.length} before, ${left.length} now`,
    );
    await claimForgotten(stage);
  },
};

interface Held {
  readonly token: string;
  readonly kind: 'access_token' | 'refresh_token';
  readonly from: 'a' | 'b';
}

/** Which of all tokens that were ever issued are in the files of the store. */
async function heldTokens({ world, folder }: Stage): Promise<readonly Held[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const text = (
    await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))
  ).join();
  const all = (['a', 'b'] as const).flatMap((from) =>
    (['access_token', 'refresh_token'] as const).flatMap((kind) =>
      issued(kind, at(from, world.exchanges)).map((token) => ({ token, kind, from })),
    ),
  );
  return all.filter(({ token }) => text.includes(token));
}

/** How many access tokens the resource takes, each while it trusts the server that issued it. */
async function countWorking({ world }: Stage, held: readonly Held[]): Promise<number> {
  let count = 0;
  for (const { token, kind, from } of held) {
    if (kind !== 'access_token') continue;
    world.moveTo(from);
    if (await works(world.resource, token)) count += 1;
  }
  return count;
}

async function logOutBoth({ narrator, client, preRegistered }: Stage): Promise<void> {
  narrator.act('logout()');
  await client.session.logout();
  narrator.act('logout(), of the pre-registered client');
  await preRegistered?.session.logout();
}

function claimRevoked({ narrator }: Stage, seen: readonly Exchange[], held: readonly Held[]): void {
  const revocations = (from: 'a' | 'b') => at(from, seen).filter(({ path }) => path === '/revoke');
  if ((['a', 'b'] as const).some((from) => revocations(from).some(({ status }) => status === 400))) {
    narrator.say(
      'The 400s answer a second, redundant request: these access tokens are self-contained, and end with their refresh token.',
      'dim',
    );
  }
  const refresh = held.filter(({ kind }) => kind === 'refresh_token');
  const revoked = refresh.filter(({ token, from }) => {
    const accepted = revocations(from).filter(({ status }) => status === 200);
    return carried([token], accepted).length === 1;
  });
  const astray = held.filter(
    ({ token, from }) => carried([token], at(from === 'a' ? 'b' : 'a', seen)).length > 0,
  );
  narrator.claim(
    'Each refresh token, also those that step-ups replaced, was revoked at the server that issued it, and no other.',
    refresh.length === 5 && revoked.length === refresh.length && astray.length === 0,
    `${revoked.length} of ${refresh.length}`,
  );
}

async function claimForgotten(stage: Stage): Promise<void> {
  const { narrator } = stage;
  await stage.client.quit();
  narrator.happens('the client ends, and another one starts with the same folder');
  stage.client = startClient(stage);
  const seen = await recorded(stage, () => stage.client.session.cancel());
  narrator.claim(
    'A client that starts now remembers no login.',
    stage.client.session.explain().grant === undefined && ofClient(seen).length === 0,
    stage.client.session.explain().states.join(', '),
  );
}
