// Chapter 3: tokens run out; one refresh serves everyone.
import type { Exchange } from '../../exchanges.ts';
import { grants } from '../evidence.ts';
import { type Chapter, recorded, type Stage } from '../stage.ts';

const CALLS = 8;

export const renewal: Chapter = {
  title: 'Renewal: one refresh for all',
  why: 'Access tokens are short-lived, and a refresh token may be used once. Clients that renew for each request use it twice: servers take that for theft, and end the login.',

  async play(stage) {
    const { narrator } = stage;
    const alone = await recorded(stage, () => callAfterExpiry(stage, 1));
    const together = await recorded(stage, () => callAfterExpiry(stage, CALLS));
    const refreshes = grants('refresh_token', [...alone, ...together]);
    narrator.claim(
      `One refresh for one call, and one for ${CALLS} calls at once.`,
      grants('refresh_token', alone).length === 1 && grants('refresh_token', together).length === 1,
      `${refreshes.length} in all`,
    );
    narrator.claim(
      'No refresh token was used twice, and nobody had to log in.',
      new Set(refreshes.map(refreshTokenIn)).size === refreshes.length &&
        grants('authorization_code', [...alone, ...together]).length === 0,
    );
    narrator.claim(
      'Before each refresh the resource was asked which server is responsible now.',
      [alone, together].every(asksFirst),
    );
  },
};

async function callAfterExpiry({ world, narrator, client }: Stage, times: number): Promise<void> {
  narrator.happens('all access tokens expire');
  world.expireAccessTokens();
  narrator.act(times === 1 ? 'read_note' : `read_note, ${times} times at once`);
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
