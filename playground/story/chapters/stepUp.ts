// Chapter 2: a grant that gets more scopes when tools need them.

import { type Chapter, callTool, recorded, type StoryContext } from '../chapter.ts';
import { authorizationRequests, grants, ofClient, scopesOf } from '../evidence.ts';

/** Step-ups to more scopes. */
export const stepUp: Chapter = {
  title: 'Step-up: scopes accumulate',
  why: 'A client learns which scope a tool needs when it calls the tool. Clients that then ask for the missing scope only lose the scopes that they had. People who use two tools by turns have to log in again and again. Here the set of scopes only grows.',

  async run(story) {
    const { world, narrator } = story;
    narrator.fact('granted', granted(story).join('  '));
    const seen = await recorded(story, async () => {
      await callAndShow(story, 'delete_note');
      await callAndShow(story, 'write_note');
    });
    const again = await recorded(story, () => callTool(story, story.client, 'read_note'));
    const asked = authorizationRequests(world.exchanges).map(scopesOf);
    narrator.claim(
      'Each login asked for all scopes of the login before it, and for one more.',
      asked.length === 3 && asked.every((scopes, round) => isOneMore(scopes, asked[round - 1])),
      `${asked.map((scopes) => scopes.length).join(', then ')} scopes`,
    );
    narrator.claim(
      'There was one login for each new scope, none for the old ones, and no second registration.',
      grants('authorization_code', seen).length === 2 &&
        granted(story).length === 3 &&
        ofClient(again).length === 1 &&
        world.a.registrations === 1,
    );
  },
};

function granted({ client }: StoryContext): readonly string[] {
  return client.session.explain().grant?.granted ?? [];
}

async function callAndShow(story: StoryContext, tool: string): Promise<void> {
  const before = granted(story);
  await callTool(story, story.client, tool);
  const now = granted(story).map((scope) => (before.includes(scope) ? scope : `+ ${scope}`));
  story.narrator.fact('granted', now.join('  '));
}

function isOneMore(scopes: readonly string[], before: readonly string[] | undefined): boolean {
  if (!before) return true;
  return scopes.length === before.length + 1 && before.every((scope) => scopes.includes(scope));
}
