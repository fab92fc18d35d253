// Chapter 7: the end of a login, at every server and in the store.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exchange } from '../../exchanges.ts';
import { works } from '../agent.ts';
import { type Chapter, recorded, type StoryContext, startClient } from '../chapter.ts';
import { at, foundIn, issued, ofClient } from '../evidence.ts';

/** Logout of both clients. */
export const logout: Chapter = {
  title: 'Logout',
  why: 'After a logout no token should work any more, at any server. Clients that only delete their own copies leave valid tokens at each server.',

  async run(story) {
    const { narrator } = story;
    const held = await heldTokens(story);
    const worked = await countWorking(story, held);
    const seen = await recorded(story, () => logOutBoth(story));
    claimRevoked(story, seen, held);
    const still = await countWorking(story, held);
    narrator.claim(
      'The access tokens in the store worked before the logout. Now the resource refuses them.',
      worked === 3 && still === 0,
      `${worked} worked before, ${still} work now`,
    );
    const left = await heldTokens(story);
    narrator.claim(
      'No token is left in the store.',
      held.length === 8 && left.length === 0,
      `${held.length} before, ${left.length} now`,
    );
    await claimForgotten(story);
  },
};

interface Held {
  readonly token: string;
  readonly kind: 'access_token' | 'refresh_token';
  readonly from: 'a' | 'b';
}

/** The issued tokens that are in the files of the store. */
async function heldTokens({ world, folder }: StoryContext): Promise<readonly Held[]> {
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

/** How many access tokens the resource accepts, each while it trusts the server that issued it. */
async function countWorking({ world }: StoryContext, held: readonly Held[]): Promise<number> {
  let count = 0;
  for (const { token, kind, from } of held) {
    if (kind !== 'access_token') continue;
    world.moveTo(from);
    if (await works(world.resource, token)) count += 1;
  }
  return count;
}

async function logOutBoth({ narrator, client, preRegistered }: StoryContext): Promise<void> {
  narrator.does('logout()');
  await client.session.logout();
  narrator.does('logout(), of the pre-registered client');
  await preRegistered?.session.logout();
}

function claimRevoked({ narrator }: StoryContext, seen: readonly Exchange[], held: readonly Held[]): void {
  const revocations = (from: 'a' | 'b') => at(from, seen).filter(({ path }) => path === '/revoke');
  if ((['a', 'b'] as const).some((from) => revocations(from).some(({ status }) => status === 400))) {
    narrator.say(
      'The 400s are answers to requests that revoke an access token. These servers cannot do that: an access token ends with its refresh token.',
      'dim',
    );
  }
  const refresh = held.filter(({ kind }) => kind === 'refresh_token');
  const revoked = refresh.filter(({ token, from }) => {
    const accepted = revocations(from).filter(({ status }) => status === 200);
    return foundIn([token], accepted).length === 1;
  });
  const astray = held.filter(
    ({ token, from }) => foundIn([token], at(from === 'a' ? 'b' : 'a', seen)).length > 0,
  );
  narrator.claim(
    'Each refresh token was revoked at the server that issued it, and was sent to no other. This includes those that step-ups replaced.',
    refresh.length === 5 && revoked.length === refresh.length && astray.length === 0,
    `${revoked.length} of ${refresh.length}`,
  );
}

async function claimForgotten(story: StoryContext): Promise<void> {
  const { narrator } = story;
  await story.client.quit();
  narrator.happens('the client ends, and a new one starts with the same folder');
  story.client = startClient(story);
  const seen = await recorded(story, () => story.client.session.cancel());
  narrator.claim(
    'The new client finds no login.',
    story.client.session.explain().grant === undefined && ofClient(seen).length === 0,
    story.client.session.explain().states.join(', '),
  );
}
