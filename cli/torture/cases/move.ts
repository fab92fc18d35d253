// Cases about resources that move to another authorization server, and clients that were registered by hand.
import type { TestWorldOptions } from '../../../adapters/testing/options.ts';
import type { Case, Kind } from '../case.ts';
import { members } from '../lies.ts';
import { authorization, registration, token } from '../places.ts';
import { atMost, grantOf } from '../plays.ts';
import { isOf, type Stage } from '../stage.ts';

const ofB = { to: 'b' } as const;
const SECRET = 'p:w%/ +\u00e4-of-the-client';

/** The resource names another server at the first request of a method that has a token. */
function moveAt(stage: Stage, method: string, server: string): void {
  let moved = false;
  stage.lie(
    {
      step: 'call',
      to: 'resource',
      when: (request) => !moved && isOf(method)(request) && request.headers['authorization'] !== undefined,
    },
    (_request, correctly) => {
      moved = true;
      stage.world.moveResource(server);
      return correctly();
    },
  );
}

const redirectUris: string[] = [];
const byHand = (
  authMethod: 'client_secret_basic' | 'client_secret_post',
  clientSecret: string,
): TestWorldOptions => ({
  servers: {
    a: {
      clients: [
        {
          clientId: 'client-of-the-host',
          clientSecret,
          authMethod,
          redirectUris,
        },
      ],
    },
    b: {},
  },
});

/** Credentials as the official suite gives them. The redirect URI is the client's own. */
function registerByHand(stage: Stage, clientSecret: string): void {
  stage.scenario = 'auth/pre-registration';
  stage.context = {
    client_id: 'client-of-the-host',
    client_secret: clientSecret,
    issuer: stage.world.urlOf('a'),
  };
}

const moves: readonly Case[] = [
  {
    name: 'registers-anew',
    title: 'The resource moves from one authorization server to another in the middle of the work.',
    wants: 'The client registers at the new server, and sends it no client id of the old one.',
    source: ['BIND-4', 'M01'],
    why: 'The login fails at a server that does not know the client, or the new server plays the client at the old one.',
    play: async (stage) => {
      moveAt(stage, 'tools/call', 'b');
      await stage.run();
      stage.must(stage.usedTool(), 'The client did not get to use the tool.');
      stage.must(
        stage.sent({ ...registration, ...ofB }).length > 0,
        'The client did not register at the new server.',
      );
    },
  },
  {
    name: 'keeps-refresh-token',
    title: 'The resource moves, and the client has a refresh token of the old server.',
    wants: 'The client does not send it to the new server.',
    source: ['BIND-2', 'M02'],
    why: 'The new server could use the login at the old one.',
    play: async (stage) => {
      moveAt(stage, 'tools/call', 'b');
      await stage.run();
      stage.must(stage.usedTool(), 'The client did not get to use the tool.');
      atMost(stage, 0, { ...grantOf('refresh_token'), ...ofB }, 'renewals at the new server');
    },
  },
  {
    name: 'there-and-back',
    title: 'The resource moves to another server, and then back.',
    wants: 'Each server gets only its own credentials, and the work goes on.',
    source: ['BIND-11', 'M04'],
    why: 'What is of one server reaches the other one.',
    play: async (stage) => {
      moveAt(stage, 'tools/list', 'b');
      moveAt(stage, 'tools/call', 'a');
      await stage.run();
      stage.must(stage.usedTool(), 'The client did not get to use the tool.');
      atMost(stage, 2, registration, 'registrations');
    },
  },
  {
    name: 'during-login',
    title: 'The resource moves while the person is at the login page.',
    wants: 'The code goes to the server that issued it, or nowhere.',
    source: ['M07', 'T27'],
    why: 'The new server gets a code and its verifier, and with them the login.',
    play: async (stage) => {
      stage.lie(
        { ...authorization, to: 'a' },
        (_request, correctly) => {
          stage.world.moveResource('b');
          return correctly();
        },
        { times: 1 },
      );
      await stage.run();
      atMost(
        stage,
        0,
        { ...token, ...ofB, when: ({ body }) => body.includes('of a') },
        'codes of the old server at the new one',
      );
    },
  },
  ...(
    [
      ['without-pkce', 'has no PKCE', 'DISC-9', { code_challenge_methods_supported: undefined }],
      ['with-another-issuer', 'has the issuer of the old one', 'DISC-8', {}],
    ] as const
  ).map(
    ([name, is, source, change]): Case => ({
      name: `to-a-server-${name}`,
      title: `The resource moves to a server that ${is}.`,
      wants: 'The client refuses the new server, and sends it nothing.',
      source: ['M06', source],
      why: 'A move would be a way around every check of the first login.',
      play: async (stage) => {
        moveAt(stage, 'tools/call', 'b');
        stage.lie(
          { step: 'server-metadata', ...ofB },
          members(source === 'DISC-8' ? { issuer: stage.world.urlOf('a') } : change),
        );
        await stage.run();
        atMost(stage, 0, { ...registration, ...ofB }, 'registrations at the new server');
        atMost(stage, 0, { ...authorization, ...ofB }, 'logins at the new server');
      },
    }),
  ),
];

const byHandCases: readonly Case[] = [
  ...(['client_secret_basic', 'client_secret_post'] as const).map(
    (method): Case => ({
      name: `by-hand-${method}`,
      title: `The host gives the client credentials, with a secret that has special letters; the server takes ${method}.`,
      wants: 'The client uses them, encoded as they have to be, and does not register itself.',
      source: ['REG-3', 'T30', 'T31'],
      why: 'Login fails at the last step, and nobody sees why.',
      world: byHand(method, SECRET),
      play: async (stage) => {
        registerByHand(stage, SECRET);
        allowAnyRedirect(stage);
        stage.lie(
          { step: 'server-metadata', to: 'a' },
          members({ token_endpoint_auth_methods_supported: [method] }),
        );
        await stage.run();
        stage.must(stage.usedTool(), 'The client did not get to use the tool.');
        atMost(stage, 0, registration, 'registrations');
      },
    }),
  ),
  {
    name: 'by-hand-elsewhere',
    title: 'The host gives the client credentials for one server, and the resource names another.',
    wants: 'The client stops, and sends the other server neither the credentials nor a registration.',
    source: ['BIND-6', 'R16', 'R15'],
    why: 'The other server gets the secret of the app, or a login that nobody has decided on.',
    world: byHand('client_secret_post', 'plain-secret-of-the-client'),
    play: async (stage) => {
      registerByHand(stage, 'plain-secret-of-the-client');
      stage.world.moveResource('b');
      await stage.run();
      stage.must(stage.sent({ step: 'resource-metadata' }).length > 0, 'The client looked nothing up.');
      atMost(stage, 0, { ...registration, ...ofB }, 'registrations at the other server');
      atMost(stage, 0, { ...authorization, ...ofB }, 'logins at the other server');
    },
  },
  {
    name: 'by-hand-refused',
    title: 'The server refuses the credentials that the host gave, and repeats them in its error.',
    wants: 'The client ends with an error that has no secret in it, and does not register itself.',
    source: ['L05', 'REG-10'],
    why: 'Logs are read by more people than secrets are for.',
    world: byHand('client_secret_post', 'plain-secret-of-the-client'),
    play: async (stage) => {
      registerByHand(stage, 'plain-secret-of-the-client');
      allowAnyRedirect(stage);
      stage.lie(
        { step: 'server-metadata', to: 'a' },
        members({ token_endpoint_auth_methods_supported: ['client_secret_post'] }),
      );
      stage.lie(token, ({ raw }) =>
        Response.json({ error: 'invalid_client', error_description: `bad: ${raw.body}` }, { status: 401 }),
      );
      await stage.run();
      atMost(stage, 0, registration, 'registrations');
      atMost(stage, 2, authorization, 'logins');
    },
  },
];

/** The redirect URI is the client's own business: the server takes any on this machine. */
function allowAnyRedirect(stage: Stage): void {
  stage.world.misbehave({ ...authorization, to: 'a' }, ({ raw }, correctly) => {
    const uri = new URL(raw.url).searchParams.get('redirect_uri') ?? '';
    if (/^http:\/\/(?:127\.0\.0\.1|localhost)[:/]/.test(uri)) redirectUris.push(uri);
    return correctly();
  });
}

/** Of moves, and of credentials that belong to one server. */
export const moveKind: Kind = {
  kind: 'move',
  about: 'Whether what belongs to one authorization server stays there when the resource names another.',
  cases: [...moves, ...byHandCases],
};
