// Cases about requests to the resource: refusals, more scopes, redirects of what carries a token.
import type { Case, Kind } from '../case.ts';
import { json, page, redirect, status } from '../lies.ts';
import { authorization, originOf, other, registration, token, withChallenge, withOther } from '../places.ts';
import { atMost, ends, grantOf, knowing, works } from '../plays.ts';
import { isOf, type Stage } from '../stage.ts';

const toolCall = { step: 'call', to: 'resource', when: isOf('tools/call') } as const;
const manyScopes = ['read', 'write', ...Array.from({ length: 12 }, (_, at) => `more${at}`)];

const scopesOf = (stage: Stage): readonly (readonly string[])[] =>
  stage.sent(authorization).map(({ raw }) => (new URL(raw.url).searchParams.get('scope') ?? '').split(' '));

const refusals: readonly Case[] = [
  {
    name: 'always-401',
    title: 'The resource refuses every token, from the first on.',
    wants: 'The client asks the person twice at most, and then ends with an error.',
    source: ['TOK-9'],
    why: 'Login pages would open for ever.',
    play: ends(
      [
        {
          where: { step: 'call', to: 'resource' },
          how: (_request) =>
            new Response(null, {
              status: 401,
              headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
            }),
        },
      ],
      (stage) => {
        atMost(stage, 2, authorization, 'logins');
        atMost(stage, 3, registration, 'registrations');
        atMost(stage, 5, token, 'requests for tokens');
      },
    ),
  },
  ...(
    [
      ['403-plain', 'is answered with 403 and no challenge', 'U05', status(403)],
      ['403-page', 'is answered with 403 and the page of a firewall', 'U17', page(403)],
      [
        '403-other-error',
        'is answered with 403 and another error than insufficient_scope',
        'U05',
        status(403, { 'www-authenticate': 'Bearer error="invalid_request", scope="write"' }),
      ],
      ['429', 'is answered with 429', 'TOK-7', status(429, { 'retry-after': '3600' })],
      ['503', 'is answered with 503', 'TOK-7', status(503)],
      ['404', 'is answered with 404', 'TOK-12', json({}, 404)],
    ] as const
  ).map(
    ([name, is, source, how]): Case => ({
      name,
      title: `The call of the tool ${is}.`,
      wants: 'The client passes it on, and sends nobody to a login page.',
      source: [source],
      why: 'A login does not help, and people would log in again and again.',
      play: ends([{ where: toolCall, how }], (stage) => {
        atMost(stage, 1, authorization, 'logins');
        atMost(stage, 1, token, 'requests for tokens');
      }),
    }),
  ),
  {
    name: '403-granted-scope',
    title: 'The call of the tool is answered with insufficient_scope, for a scope that the token has.',
    wants: 'The client sends nobody to a login page. It may renew its token once.',
    source: ['U04', 'STEP-4'],
    why: 'A login does not help, and people would log in again and again.',
    play: ends(
      [
        {
          where: toolCall,
          how: status(403, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="read"' }),
        },
      ],
      (stage) => {
        atMost(stage, 1, authorization, 'logins');
        atMost(stage, 2, token, 'requests for tokens');
      },
    ),
  },
  {
    name: '403-no-scope',
    title: 'The call of the tool is always answered with insufficient_scope, and no scope is named.',
    wants: 'The client asks once more at most, for scopes that the metadata lists, and then passes it on.',
    source: ['STEP-4', 'U16'],
    why: 'A login that brings nothing new does not help, and people would log in again and again.',
    play: ends(
      [{ where: toolCall, how: status(403, { 'www-authenticate': 'Bearer error="insufficient_scope"' }) }],
      (stage) => atMost(stage, 2, authorization, 'logins'),
    ),
  },
];

const stepUps: readonly Case[] = [
  {
    name: 'step-up',
    title: 'The call of the tool needs one more scope.',
    wants: 'The client logs in once more, for the scopes that it had and the new one, and calls again.',
    source: ['STEP-1', 'U01'],
    why: 'The client would lose what it could do before, and be asked for it again.',
    play: async (stage) => {
      stage.world.askForScopes(['write'], { when: isOf('tools/call') });
      stage.lie(toolCall, async (request, correctly) => {
        const answer = await correctly();
        const only = 'Bearer error="insufficient_scope", scope="write"';
        return answer.status === 403 ? withChallenge(only)(request, async () => answer) : answer;
      });
      await stage.run();
      stage.must(stage.usedTool(), 'The client did not get to use the tool.');
      const last = scopesOf(stage).at(-1) ?? [];
      stage.must(
        ['read', 'write'].every((scope) => last.includes(scope)),
        'The new login did not ask for all scopes.',
      );
      atMost(stage, 2, authorization, 'logins');
    },
  },
  {
    name: 'step-up-is-a-login',
    title: 'The call of the tool needs one more scope, and the client has a refresh token.',
    wants: 'The client goes to the authorization endpoint: a renewal cannot bring more scopes.',
    source: ['STEP-3', 'U12'],
    why: 'Servers refuse such a renewal (RFC 6749 §6), or end the login.',
    play: async (stage) => {
      stage.world.askForScopes(['write'], { when: isOf('tools/call') });
      await stage.run();
      stage.must(stage.usedTool(), 'The client did not get to use the tool.');
      atMost(stage, 0, grantOf('refresh_token'), 'renewals');
    },
  },
  {
    name: 'step-up-without-end',
    title: 'After each login the call needs yet another scope.',
    wants: 'The client logs in a few times at most (4), and then passes the refusal on.',
    source: ['U03', 'STEP-4'],
    why: 'Login pages would open for ever, each for more power than the one before.',
    world: { scopes: manyScopes, resources: { resource: { needs: ['read'] } } },
    play: async (stage) => {
      let asked = 0;
      stage.lie(toolCall, () => {
        asked += 1;
        const challenge = `Bearer error="insufficient_scope", scope="more${Math.min(asked, 11)}"`;
        return new Response(null, { status: 403, headers: { 'www-authenticate': challenge } });
      });
      await stage.run();
      atMost(stage, 4, authorization, 'logins');
    },
  },
  {
    name: 'step-up-in-circles',
    title: 'The call needs one scope, then another, then the first again.',
    wants: 'The set of scopes only grows, and the client ends after two more logins at most.',
    source: ['U02', 'STEP-4'],
    why: 'Login pages would open for ever.',
    play: async (stage) => {
      let asked = 0;
      stage.lie(toolCall, () => {
        asked += 1;
        const challenge = `Bearer error="insufficient_scope", scope="${asked % 2 === 1 ? 'write' : 'read'}"`;
        return new Response(null, { status: 403, headers: { 'www-authenticate': challenge } });
      });
      await stage.run();
      atMost(stage, 3, authorization, 'logins');
    },
  },
  {
    name: 'step-up-denied',
    title: 'The call needs one more scope, and the person says no.',
    wants: 'The client does not ask again.',
    source: ['U07', 'A28'],
    why: 'Who is asked often enough says yes in the end.',
    play: async (stage) => {
      stage.world.person.consents();
      stage.world.person.usually = 'denies';
      stage.world.askForScopes(['write'], { when: isOf('tools/call') });
      await stage.run();
      stage.must(stage.sent(authorization).length >= 2, 'The client did not ask for the scope.');
      atMost(stage, 2, authorization, 'logins');
    },
  },
];

const redirected: readonly Case[] = [301, 302, 303, 307, 308].map((code) => ({
  name: `redirect-${code}`,
  title: `The call of the tool is answered with ${code} to another origin.`,
  wants: 'The token does not go there.',
  source: ['M11', 'L06'],
  why: 'Whoever can place a redirect gets a token that works.',
  world: withOther,
  play: ends(
    [{ where: toolCall, how: knowing((stage) => redirect(code, () => `${originOf(stage, 'other')}/trap`)) }],
    (stage) =>
      atMost(
        stage,
        0,
        { ...other, when: ({ headers }) => headers['authorization'] !== undefined },
        'tokens that went there',
      ),
  ),
}));

const basics: readonly Case[] = [
  {
    name: 'works',
    title: 'All servers do what they should.',
    wants: 'The client logs in once, uses the tool, and sends nothing that a correct client does not send.',
    source: ['TOK-1'],
    why: 'A client that does nothing would pass many of the other cases.',
    play: works([], (stage) => {
      stage.world.expectNoMistakes();
      atMost(stage, 1, authorization, 'logins');
    }),
  },
  {
    name: 'token-in-header',
    title: 'The resource looks where the token is.',
    wants: 'It is in the Authorization header, and in no URL.',
    source: ['TOK-1', 'L07'],
    why: 'URLs are in logs and histories.',
    play: works([], (stage) =>
      stage.must(
        stage.world.requests.every(({ url }) => !/[?&]access_token=/.test(url)),
        'The client put a token into a URL.',
      ),
    ),
  },
  {
    name: 'no-token-to-servers',
    title: 'The client renews, registers and logs in.',
    wants: 'An access token goes to the resource alone.',
    source: ['TOK-2', 'BIND-2'],
    why: 'A server would get the power of its client.',
    play: async (stage) => {
      stage.lie(
        toolCall,
        (_request, correctly) => {
          stage.world.expireAccessTokens();
          return correctly();
        },
        { times: 1 },
      );
      await stage.run();
      stage.must(stage.usedTool(), 'The client did not get to use the tool.');
      const servers = stage.world.requests.filter(({ to }) => to === 'a' || to === 'b');
      stage.must(
        servers.every(({ headers }) => !/^bearer /i.test(headers['authorization'] ?? '')),
        'The client sent an access token to an authorization server.',
      );
    },
  },
];

/** Of requests to the resource. */
export const callsKind: Kind = {
  kind: 'calls',
  about: 'What the client does when the resource refuses a request, asks for more, or sends it elsewhere.',
  cases: [...basics, ...refusals, ...stepUps, ...redirected],
};
