// Chapter 6: a client that was registered by hand, and a resource that changes its authorization server.
import { AuthError } from '../../../index.ts';
import type { Exchange } from '../../exchanges.ts';
import { type Chapter, callTool, recorded, type StoryContext, startPreRegistered } from '../chapter.ts';
import { at, foundIn, grants, secrets } from '../evidence.ts';

/** A pre-registered client, and a change of the authorization server. */
export const preRegistered: Chapter = {
  title: 'A pre-registered client is refused',
  why: 'An administrator gave this client an id and a secret of server A. When the resource moves, many clients send them to the new server, or register there without asking. This client stops, and reports why.',

  async run(story) {
    const client = startPreRegistered(story);
    story.preRegistered = client;
    const before = await recorded(story, async () => {
      story.narrator.does('login()');
      await client.session.login();
      await callTool(story, client, 'read_note');
    });
    claimLoggedIn(story, before);

    const registered = story.world.b.registrations;
    story.narrator.happens('the resource moves to server B');
    story.world.moveTo('b');
    let refusal: unknown;
    const after = await recorded(story, async () => {
      await callTool(story, client, 'read_note');
      story.narrator.does('token()');
      refusal = await client.session.token().catch((error: unknown) => error);
    });
    claimRefused(story, refusal);
    claimNothingSent(story, after);
    story.narrator.claim(
      'No other client was registered in its place.',
      story.world.b.registrations === registered && after.every(({ path }) => path !== '/register'),
    );
  },
};

function claimLoggedIn({ world, narrator }: StoryContext, seen: readonly Exchange[]): void {
  const logins = grants('authorization_code', at('a', seen));
  narrator.claim(
    'The client logged in with its own id and secret. It registered nothing.',
    logins.length === 1 &&
      foundIn([world.a.preRegistered.clientSecret], logins).length === 1 &&
      seen.every(({ path }) => path !== '/register'),
    'the secret has characters that must be encoded',
  );
}

function claimRefused({ world, narrator }: StoryContext, refusal: unknown): void {
  const isTyped = refusal instanceof AuthError && refusal.code === 'bound_elsewhere';
  narrator.got(refusal instanceof AuthError ? `${refusal.code}: ${refusal.message}` : 'no typed error');
  narrator.claim(
    'The error is typed, and names both servers.',
    isTyped && refusal.otherIssuer === world.a.issuer && refusal.issuer === world.b.issuer,
    'issuer B, otherIssuer A',
  );
}

function claimNothingSent({ world, narrator }: StoryContext, seen: readonly Exchange[]): void {
  const toB = at('b', seen);
  const bare = toB.filter(
    ({ method, query, body, headers }) =>
      method === 'GET' && query === '' && body === '' && headers['authorization'] === undefined,
  );
  const known = [...Object.values(world.a.preRegistered), ...secrets(at('a', world.exchanges))];
  narrator.claim(
    'Server B got one request, for its public metadata, and no credentials.',
    toB.length > 0 && bare.length === toB.length && foundIn(known, toB).length === 0,
    `${toB.length} request, without credentials, query or body`,
  );
}
