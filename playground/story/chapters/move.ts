// Chapter 5: the resource changes its authorization server, and later changes it back.
import type { Exchange } from '../../exchanges.ts';
import { type Chapter, callTool, recorded, type StoryContext } from '../chapter.ts';
import {
  at,
  authorizationRequests,
  foundIn,
  grants,
  issued,
  issuedValues,
  ofClient,
  scopesOf,
} from '../evidence.ts';

/** A change of the authorization server, and back. */
export const move: Chapter = {
  title: 'The resource moves to another authorization server',
  why: 'A resource may change its authorization server, for a good reason or because an attacker controls it. Clients that store credentials by resource then send the client id and the refresh token of the old server to the new one. Here everything is stored by the server that issued it.',

  async run(story) {
    const there = await recorded(story, () => moveAndCall(story, 'b'));
    claimNoticed(story, there);
    claimNothingCarriedOver(story);
    const back = await recorded(story, () => moveAndCall(story, 'a'));
    claimFoundAgain(story, back);
  },
};

async function moveAndCall(story: StoryContext, server: 'a' | 'b'): Promise<void> {
  const { world, narrator } = story;
  narrator.happens(`the resource moves to server ${server.toUpperCase()}`);
  world.moveTo(server);
  await callTool(story, story.client, 'read_note');
}

function claimNoticed({ world, narrator }: StoryContext, seen: readonly Exchange[]): void {
  const requests = at('resource', seen).filter(({ path }) => path === '/mcp');
  const tokensOfA = issued('access_token', at('a', world.exchanges));
  narrator.claim(
    'The client noticed the change at the first 401. After it, no token of server A was sent to the resource.',
    requests.map(({ status }) => status).join() === '401,200' &&
      foundIn(tokensOfA, requests.slice(0, 1)).length === 1 &&
      foundIn(tokensOfA, requests.slice(1)).length === 0,
  );
  narrator.claim(
    'The client registered at server B, and logged in there.',
    world.b.registrations === 1 && grants('authorization_code', at('b', seen)).length === 1,
  );
}

function claimNothingCarriedOver({ world, narrator }: StoryContext): void {
  const madeByA = issuedValues(at('a', world.exchanges));
  const toB = at('b', world.exchanges);
  const toOthers = ofClient(world.exchanges).filter((exchange) => exchange.at !== 'b');
  const leaked = foundIn(madeByA, toB).length;
  const inUse = foundIn(madeByA, toOthers).length;
  narrator.claim(
    'Nothing that server A issued was sent to server B.',
    leaked === 0 && inUse > 0 && toB.length > 0,
    `looked for ${madeByA.size} ids, tokens, codes and cookies of A in the ${toB.length} requests to B, and found ${leaked}; the same search finds ${inUse} of them in the requests to A and the resource`,
  );
  const [request] = authorizationRequests(toB);
  const [readScopes = []] = authorizationRequests(at('a', world.exchanges)).map(scopesOf);
  narrator.claim(
    'The client asked server B for the scopes that this call needs, and not for those that server A had granted.',
    scopesOf(request).join() === readScopes.join(),
    scopesOf(request).join(', '),
  );
}

function claimFoundAgain({ world, narrator }: StoryContext, seen: readonly Exchange[]): void {
  narrator.claim(
    'Back at server A the client found its records: no third registration, no login, no refresh.',
    world.a.registrations + world.b.registrations === 2 &&
      seen.every(({ path }) => !['/register', '/authorize', '/token'].includes(path)) &&
      at('resource', seen).at(-1)?.status === 200,
    `${world.a.registrations} at A, ${world.b.registrations} at B`,
  );
  const madeByB = issuedValues(at('b', world.exchanges));
  const leaked = foundIn(madeByB, at('a', world.exchanges)).length;
  narrator.claim(
    'Nothing that server B issued was sent to server A.',
    leaked === 0 && madeByB.size > 0,
    `looked for ${madeByB.size}, found ${leaked}`,
  );
}
