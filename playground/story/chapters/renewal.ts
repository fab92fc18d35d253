// Chapter 3: access tokens expire, and one refresh serves all calls.
import type { Exchange } from '../../exchanges.ts';
import { type Chapter, recorded, type StoryContext } from '../chapter.ts';
import { grants } from '../evidence.ts';

const CALLS = 8;

/** Renewal of expired access tokens. */
export const renewal: Chapter = {
  title: 'Renewal: one refresh for all',
  why: 'An access token is valid for a short time, and a refresh token may be used only once. Clients that renew for each request use a refresh token twice. Servers then assume that it was stolen, and end the login.',

  async run(story) {
    const { narrator } = story;
    const alone = await recorded(story, () => callAfterExpiry(story, 1));
    const together = await recorded(story, () => callAfterExpiry(story, CALLS));
    const refreshes = grants('refresh_token', [...alone, ...together]);
    narrator.claim(
      `There was one refresh for one call, and one for ${CALLS} calls at the same time.`,
      grants('refresh_token', alone).length === 1 && grants('refresh_token', together).length === 1,
      `${refreshes.length} in all`,
    );
    narrator.claim(
      'No refresh token was used twice, and there was no login.',
      new Set(refreshes.map(refreshTokenIn)).size === refreshes.length &&
        grants('authorization_code', [...alone, ...together]).length === 0,
    );
    narrator.claim(
      'Before each refresh the client asked the resource which authorization server it uses now.',
      [alone, together].every(asksFirst),
    );
  },
};

async function callAfterExpiry({ world, narrator, client }: StoryContext, times: number): Promise<void> {
  narrator.happens('all access tokens expire');
  world.expireAccessTokens();
  narrator.does(times === 1 ? 'read_note' : `read_note, ${times} times at the same time`);
  const answers = await Promise.all(Array.from({ length: times }, () => client.call('read_note')));
  narrator.got([...new Set(answers)].join(', '));
}

function refreshTokenIn({ body }: Exchange): string | null {
  return new URLSearchParams(body).get('refresh_token');
}

function asksFirst(seen: readonly Exchange[]): boolean {
  const asked = seen.findIndex(({ path }) => path.startsWith('/.well-known/oauth-protected-resource'));
  const refreshed = seen.findIndex(({ path }) => path === '/token');
  return asked !== -1 && asked < refreshed;
}
