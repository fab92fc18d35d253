// Cases about renewal: tokens that end in the middle of the work, and servers that do not renew them.
import type { Misbehaviour } from '../../../adapters/testing/misbehaviour.ts';
import type { Case, Kind, Source } from '../case.ts';
import { answering, dripping, json, lost, members, page, redirect, silence, status } from '../lies.ts';
import { authorization, callWithToken, originOf, other, put, registration, withOther } from '../places.ts';
import { atMost, grantOf, knowing, type Lie } from '../plays.ts';
import { isOf, type Stage } from '../stage.ts';

const where = { ...grantOf('refresh_token'), to: 'a' };

/** Lets the access tokens end at the first request of a method. */
function expireAt(stage: Stage, method: string): void {
  stage.lie(
    {
      step: 'call',
      to: 'resource',
      when: (request) => isOf(method)(request) && request.headers['authorization'] !== undefined,
    },
    (_request, correctly) => {
      stage.world.expireAccessTokens();
      return correctly();
    },
    { times: 1 },
  );
}

/** Tokens end before the tool is called, and the server lies about renewals. */
function renewing(
  lies: readonly Lie[],
  then: (stage: Stage) => void | Promise<void>,
  at: readonly string[] = ['tools/call'],
): Case['play'] {
  return async (stage) => {
    for (const method of at) expireAt(stage, method);
    for (const { where: place, how } of lies)
      stage.lie(place, typeof how === 'function' ? how : how.knowing(stage));
    await stage.run();
    await then(stage);
  };
}

const mustUseTool = (stage: Stage): void =>
  stage.must(stage.usedTool(), 'The client did not get to use the tool.');

const works: readonly Case[] = [
  {
    name: 'renews',
    title: 'The access token ends in the middle of the work.',
    wants: 'The client renews it once, and asks nobody to log in.',
    source: ['TOK-8', 'T33'],
    why: 'People would log in every few minutes.',
    play: renewing([], (stage) => {
      mustUseTool(stage);
      stage.must(stage.sent(where).length === 1, `There were ${stage.sent(where).length} renewals.`);
      atMost(stage, 1, authorization, 'logins');
    }),
  },
  {
    name: 'names-resource',
    title: 'The server refuses renewals that do not name the resource.',
    wants: 'The renewal names the resource as its metadata does.',
    source: ['AUTHZ-2', 'T35'],
    why: 'The new token would be good for every resource of the server.',
    play: renewing([], (stage) => {
      mustUseTool(stage);
      const named = stage.sent(where).map(({ raw }) => new URLSearchParams(raw.body).get('resource'));
      stage.must(named.length > 0, 'The client renewed nothing.');
      stage.must(
        named.every((one) => one === stage.world.resource),
        'The resource is missing or another one.',
      );
    }),
  },
  {
    name: 'asks-for-no-more',
    title: 'The access token ends, and the resource lists more scopes than were granted.',
    wants: 'The renewal asks for no scope that was not granted.',
    source: ['T37', 'STEP-3'],
    why: 'Servers refuse it (RFC 6749 §6), and the login is lost.',
    play: renewing([], (stage) => {
      const scopes = stage.sent(where).map(({ raw }) => new URLSearchParams(raw.body).get('scope') ?? '');
      stage.must(scopes.length > 0, 'The client renewed nothing.');
      stage.must(
        scopes.every((scope) => !scope.split(' ').includes('write')),
        'The client asked for more.',
      );
    }),
  },
  {
    name: 'rotates',
    title: 'The access token ends twice, and every refresh token works once.',
    wants: 'The second renewal has the refresh token that the first one brought.',
    source: ['TOK-4', 'T11'],
    why: 'A server that sees a refresh token twice takes it for stolen, and ends the login (RFC 9700 §4.14.2).',
    play: renewing(
      [],
      (stage) => {
        mustUseTool(stage);
        const tokens = stage.sent(where).map(({ raw }) => new URLSearchParams(raw.body).get('refresh_token'));
        stage.must(tokens.length === 2, `There were ${tokens.length} renewals.`);
        stage.must(new Set(tokens).size === 2, 'The client sent a refresh token twice.');
      },
      ['tools/list', 'tools/call'],
    ),
  },
  ...(
    [
      ['no-new-token', 'brings no refresh token', undefined],
      ['empty-new-token', 'brings an empty refresh token', ''],
    ] as const
  ).map(
    ([name, is, value]): Case => ({
      name,
      title: `The access token ends twice, and the first renewal ${is}.`,
      wants: 'The client keeps the refresh token that it has.',
      source: ['T10', 'TOK-4'],
      why: 'The login would be lost at the next renewal.',
      world: { servers: { a: { refreshTokens: 'keep' }, b: {} } },
      play: renewing(
        [{ where, how: members({ refresh_token: value }) }],
        (stage) => {
          mustUseTool(stage);
          stage.must(stage.sent(where).length === 2, `There were ${stage.sent(where).length} renewals.`);
          atMost(stage, 1, authorization, 'logins');
        },
        ['tools/list', 'tools/call'],
      ),
    }),
  ),
  {
    name: 'dead-grant',
    title: 'The access token ends, and the server answers the renewal with invalid_grant.',
    wants: 'The client gives the grant up, and the person logs in once more.',
    source: ['T15', 'TOK-6'],
    why: 'The client could not be used again before somebody deletes its files.',
    play: async (stage) => {
      stage.revokeBeforeTool();
      await stage.run();
      mustUseTool(stage);
      atMost(stage, 2, authorization, 'logins');
      atMost(stage, 2, where, 'renewals');
    },
  },
];

const outages: readonly (readonly [string, string, Source, Misbehaviour])[] = [
  ['500', 'answers 500', 'TOK-7', json({}, 500)],
  ['503', 'answers 503', 'TOK-7', status(503)],
  ['429', 'answers 429, and asks to wait an hour', 'T17', status(429, { 'retry-after': '3600' })],
  ['408', 'answers 408', 'T17', status(408)],
  ['lost', 'is cut off', 'T17', lost],
  ['silent', 'says nothing', 'T17', silence],
  ['dripping', 'answers one byte at a time', 'T17', dripping],
  ['502-page', 'answers with the page of a gateway, and 502', 'T17', page(502)],
];

const transient: readonly Case[] = outages.map(([name, is, source, how]) => ({
  name: `outage-${name}`,
  title: `The access token ends, and the token endpoint ${is}.`,
  wants: 'The client keeps its login, and sends nobody to a login page.',
  source: [source, 'TOK-7'],
  why: 'Every outage of a server would cost every person a login.',
  play: renewing([{ where, how }], (stage) => {
    atMost(stage, 1, authorization, 'logins');
    atMost(stage, 6, where, 'renewals');
  }),
}));

const answers: readonly (readonly [string, string, Source, Misbehaviour])[] = [
  ['page', 'a page for people, with the status 200', 'T01', page(200)],
  ['empty', 'empty, with the status 200', 'T01', answering('')],
  ['error-with-200', 'an error, with the status 200', 'T02', json({ error: 'server_error' })],
  [
    'type-unknown',
    'a token of the type mac',
    'T05',
    members({ token_type: 'mac', access_token: 'token-of-another-type' }),
  ],
  ['token-blank', 'a token with a blank in it', 'T07', members({ access_token: 'access token' })],
];

const lies: readonly Case[] = answers.map(([name, is, source, how]) => ({
  name: `answer-${name}`,
  title: `The renewal is answered with ${is}.`,
  wants: 'The client sends the resource nothing that came of it.',
  source: [source],
  why: 'What is no token reaches a header, a log, or the store.',
  play: async (stage) => {
    expireAt(stage, 'tools/call');
    let renewed = Number.POSITIVE_INFINITY;
    stage.lie(where, (request, correctly) => {
      renewed = Math.min(renewed, request.number);
      return how(request, correctly);
    });
    await stage.run();
    const odd = stage.sent(callWithToken).filter(({ number, isMistake }) => number > renewed && isMistake);
    stage.must(odd.length === 0, 'The client sent a token that nobody has issued.');
  },
}));

const loops: readonly Case[] = [
  {
    name: 'renewed-token-refused',
    title: 'The resource refuses every token from the middle of the work on, also renewed ones.',
    wants: 'The client renews once, asks the person once at most, and then ends with an error.',
    source: ['T34', 'TOK-9'],
    why: 'The servers would be asked for ever, and the person too.',
    play: async (stage) => {
      stage.lie({ step: 'call', to: 'resource', when: isOf('tools/call') }, (_request, correctly) => {
        stage.world.expireAccessTokens();
        return correctly();
      });
      await stage.run();
      atMost(stage, 3, where, 'renewals');
      atMost(stage, 2, authorization, 'logins');
    },
  },
  {
    name: 'unknown-client',
    title: 'The access token ends, and the server says that it does not know the client, always.',
    wants: 'The client registers anew once or twice at most, and then ends with an error.',
    source: ['T19', 'R12'],
    why: 'The server collects clients, and the person gets login pages, for ever.',
    play: async (stage) => {
      expireAt(stage, 'tools/call');
      let hasBegun = false;
      stage.lie(where, () => {
        hasBegun = true;
        return Response.json({ error: 'invalid_client' }, { status: 401 });
      });
      stage.world.misbehave({ ...grantOf('authorization_code'), to: 'a' }, (_request, correctly) =>
        hasBegun ? Response.json({ error: 'invalid_client' }, { status: 401 }) : correctly(),
      );
      await stage.run();
      atMost(stage, 4, registration, 'registrations');
      atMost(stage, 4, authorization, 'logins');
    },
  },
  {
    name: 'forgotten-client',
    title: 'The access token ends, and the server has forgotten the client.',
    wants: 'The client registers anew, the person logs in, and the work goes on.',
    source: ['REG-10', 'R10'],
    why: 'The client could not be used again before somebody deletes its files.',
    play: async (stage) => {
      stage.lie(
        { step: 'call', to: 'resource', when: isOf('tools/call') },
        (_request, correctly) => {
          stage.world.forgetClients();
          stage.world.expireAccessTokens();
          return correctly();
        },
        { times: 1 },
      );
      await stage.run();
      mustUseTool(stage);
      atMost(stage, 2, registration, 'registrations');
    },
  },
];

const redirected: readonly Case[] = [302, 303, 307, 308].map((code) => ({
  name: `redirect-${code}`,
  title: `The renewal is answered with ${code} to another origin.`,
  wants: 'The client does not follow it, and sends nothing there.',
  source: ['T29', 'A36'],
  why: 'The refresh token goes to whoever placed the redirect.',
  world: withOther,
  play: renewing(
    [
      {
        where,
        how: knowing((stage) => {
          put(stage, 'other', '/trap', { access_token: 'access-token-of-nobody', token_type: 'Bearer' });
          return redirect(code, () => `${originOf(stage, 'other')}/trap`);
        }),
      },
    ],
    (stage) => atMost(stage, 0, other, 'requests to the other origin'),
  ),
}));

/** Of renewals. */
export const refreshKind: Kind = {
  kind: 'refresh',
  about: 'What the client does when an access token ends in the middle of the work.',
  cases: [...works, ...transient, ...lies, ...loops, ...redirected],
};
