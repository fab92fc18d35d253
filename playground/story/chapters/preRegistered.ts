// Chapter 6: a client with credentials that an administrator gave it, and a resource that moves.
import { AuthError } from '../../../index.ts';
import type { Exchange } from '../../exchanges.ts';
import { at, carried, grants, secrets } from '../evidence.ts';
import { type Chapter, recorded, type Stage, startPreRegistered, tell } from '../stage.ts';

export const preRegistered: Chapter = {
  title: 'A pre-registered client is refused',
  why: 'An administrator gave this client an id and a secret at server A. When the resource moves, clients hand them to whomever it names next, or quietly register under another name; the right thing is to stop, and to say so.',

  async play(stage) {
    const client = startPreRegistered(stage);
    stage.preRegistered = client;
    const before = await recorded(stage, async () => {
      stage.narrator.act('login()');
      await client.session.login();
      await tell(stage, client, 'read_note');
    });
    claimLoggedIn(stage, before);

    const registered = stage.world.b.registrations;
    stage.narrator.happens('the resource moves to server B');
    stage.world.moveTo('b');
    let refusal: unknown;
    const after = await recorded(stage, async () => {
      await tell(stage, client, 'read_note');
      stage.narrator.act('token()');
      refusal = await client.session.token().catch((error: unknown) => error);
    });
    claimRefused(stage, refusal);
    claimNothingSent(stage, after);
    stage.narrator.claim(
      'Nothing was registered in its stead.',
      stage.world.b.registrations === registered && after.every(({ path }) => path !== '/register'),
    );
  },
};

function claimLoggedIn({ world, narrator }: Stage, seen: readonly Exchange[]): void {
  const logins = grants('authorization_code', at('a', seen));
  narrator.claim(
    'Logged in with its own id and secret; nothing was registered.',
    logins.length === 1 &&
      carried([world.a.preRegistered.clientSecret], logins).length === 1 &&
      seen.every(({ path }) => path !== '/register'),
    'a secret with characters that have to be encoded',
  );
}

function claimRefused({ world, narrator }: Stage, refusal: unknown): void {
  const isTyped = refusal instanceof AuthError && refusal.code === 'bound_elsewhere';
  narrator.got(refusal instanceof AuthError ? `${refusal.code}: ${refusal.message}` : 'no typed error');
  narrator.claim(
    'The error is typed, and names both servers.',
    isTyped && refusal.otherIssuer === world.a.issuer && refusal.issuer === world.b.issuer,
    'issuer B, otherIssuer A',
  );
}

function claimNothingSent({ world, narrator }: Stage, seen: readonly Exchange[]): void {
  const toB = at('b', seen);
  const bare = toB.filter(
    ({ method, query, body, headers }) =>
      method === 'GET' && query === '' && body === '' && headers['authorization'] === undefined,
  );
  const known = [...Object.values(world.a.preRegistered), ...secrets(at('a', world.exchanges))];
  narrator.claim(
    'Server B was asked for its public metadata, and was sent nothing.',
    toB.length > 0 && bare.length === toB.length && carried(known, toB).length === 0,
    `${toB.length} request, without credentials, query or body`,
  );
}
