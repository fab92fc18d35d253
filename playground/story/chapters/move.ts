// Chapter 5: the resource changes its authorization server, and changes back.
import type { Exchange } from '../../exchanges.ts';
import {
  at,
  authorizationRequests,
  carried,
  grants,
  issued,
  minted,
  ofClient,
  scopesOf,
} from '../evidence.ts';
import { type Chapter, recorded, type Stage, tell } from '../stage.ts';

export const move: Chapter = {
  title: 'The resource moves to another authorization server',
  why: 'A resource may change its authorization server, with good reason or because somebody took it over. Clients that file credentials under the resource then send the old server’s client id and refresh token to the new one; here everything is filed under the server that issued it.',

  async play(stage) {
    const there = await recorded(stage, () => moveAndCall(stage, 'b'));
    claimNoticed(stage, there);
    claimNothingCarriedOver(stage);
    const back = await recorded(stage, () => moveAndCall(stage, 'a'));
    claimFoundAgain(stage, back);
  },
};

async function moveAndCall(stage: Stage, server: 'a' | 'b'): Promise<void> {
  const { world, narrator } = stage;
  narrator.happens(`the resource moves to server ${server.toUpperCase()}`);
  world.moveTo(server);
  await tell(stage, stage.client, 'read_note');
}

function claimNoticed({ world, narrator }: Stage, seen: readonly Exchange[]): void {
  const requests = at('resource', seen).filter(({ path }) => path === '/mcp');
  const tokensOfA = issued('access_token', at('a', world.exchanges));
  narrator.claim(
    'Noticed on the first 401: after it, no token of server A was sent to the resource.',
    requests.map(({ status }) => status).join() === '401,200' &&
      carried(tokensOfA, requests.slice(0, 1)).length === 1 &&
      carried(tokensOfA, requests.slice(1)).length === 0,
  );
  narrator.claim(
    'Registered anew at server B, and logged in there.',
    world.b.registrations === 1 && grants('authorization_code', at('b', seen)).length === 1,
  );
}

function claimNothingCarriedOver({ world, narrator }: Stage): void {
  const madeByA = minted(at('a', world.exchanges));
  const toB = at('b', world.exchanges);
  const toOthers = ofClient(world.exchanges).filter((exchange) => exchange.at !== 'b');
  const leaked = carried(madeByA, toB).length;
  const inUse = carried(madeByA, toOthers).length;
  narrator.claim(
    'Nothing that server A made was sent to server B.',
    leaked === 0 && inUse > 0 && toB.length > 0,
    `${madeByA.size} ids, tokens, codes and cookies of A were looked for in the ${toB.length} requests to B: ${leaked} found; the same search finds ${inUse} of them in the requests to A and the resource`,
  );
  const [request] = authorizationRequests(toB);
  const [readScopes = []] = authorizationRequests(at('a', world.exchanges)).map(scopesOf);
  narrator.claim(
    'Server B was asked for what this call needs, not for what server A had granted.',
    scopesOf(request).join() === readScopes.join(),
    scopesOf(request).join(', '),
  );
}

function claimFoundAgain({ world, narrator }: Stage, seen: readonly Exchange[]): void {
  narrator.claim(
    'Back at server A its records were found again: no third registration, no login, no refresh.',
    world.a.registrations + world.b.registrations === 2 &&
      seen.every(({ path }) => !['/register', '/authorize', '/token'].includes(path)) &&
      at('resource', seen).at(-1)?.status === 200,
    `${world.a.registrations} at A, ${world.b.registrations} at B`,
  );
  const madeByB = minted(at('b', world.exchanges));
  const leaked = carried(madeByB, at('a', world.exchanges)).length;
  narrator.claim(
    'Nor was anything of server B sent to server A.',
    leaked === 0 && madeByB.size > 0,
    `${madeByB.size} looked for, ${leaked} found`,
  );
}
