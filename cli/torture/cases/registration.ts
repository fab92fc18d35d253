// Cases about registration: what the client says of itself, and what it believes of the answer.
import type { Case, Kind, Source } from '../case.ts';
import { answering, json, members, page } from '../lies.ts';
import { registration as anywhere, authorization, serverMetadata, token } from '../places.ts';
import { atMost, ends, stops, works } from '../plays.ts';
import type { Stage } from '../stage.ts';
import { endless, redirects } from './families.ts';

const where = { ...anywhere, to: 'a' } as const;
const before = [authorization, token];
const place = { what: 'the answer to the registration', where, before };

const answers: readonly (readonly [string, string, ReturnType<typeof page>])[] = [
  ['page', 'a page for people, with the status 200', page(200)],
  ['empty', 'empty, with the status 201', answering('', 'application/json', 201)],
  ['no-client-id', 'without a client_id', members({ client_id: undefined })],
  ['client-id-number', 'with a number as client_id', members({ client_id: 7 })],
  ['client-id-empty', 'with an empty client_id', members({ client_id: '' })],
  ['client-id-object', 'with an object as client_id', members({ client_id: {} })],
  ['array', 'an array', json([], 201)],
  ['null', 'null', json(null, 201)],
];

const lies: readonly Case[] = answers.map(([name, is, how]) => ({
  name: `answer-${name}`,
  title: `The answer to the registration is ${is}.`,
  wants: 'The client ends with an error, and sends nobody to a login page.',
  source: ['R04'],
  why: 'The person would see an error page of the server, and nobody would know why.',
  play: stops([{ where, how }], before),
}));

const refusals: readonly Case[] = (
  [
    ['429', 429, 'R18', {}],
    ['503', 503, 'R18', {}],
    ['400', 400, 'R06', { error: 'invalid_client_metadata' }],
    ['403', 403, 'R04', { error: 'access_denied' }],
  ] as const
).map(([name, code, source, body]) => ({
  name: `refused-${name}`,
  title: `Registrations are answered with ${code}, always.`,
  wants: 'The client asks a few times at most (8), and then ends with an error.',
  source: [source] as [Source],
  why: 'A loop of registrations keeps a server down that has just come back.',
  play: stops([{ where, how: json(body, code) }], before, (stage) =>
    atMost(stage, 8, where, 'registrations'),
  ),
}));

/** What the client has registered with. */
function asked(stage: Stage): Readonly<Record<string, unknown>> {
  const [first] = stage.sent(where);
  const value: unknown = JSON.parse(first?.raw.body ?? '{}');
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

const isLocal = (uri: unknown): boolean =>
  /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\])[:/]/.test(String(uri)) ||
  /^(?!http:)[a-z][a-z\d+.-]*:/i.test(String(uri));

const methods: readonly Case[] = (['client_secret_basic', 'client_secret_post', 'none'] as const).map(
  (method) => ({
    name: `method-${method}`,
    title: `The server knows only ${method} for the authentication of clients.`,
    wants: 'The client registers with it, and uses it.',
    source: ['TOK-11', 'T31'],
    why: 'The token endpoint refuses everything else, after the person has logged in.',
    play: works(
      [{ where: serverMetadata, how: members({ token_endpoint_auth_methods_supported: [method] }) }],
      (stage) => {
        const [first] = stage.sent(token);
        const isBasic = /^Basic /i.test(first?.raw.headers['authorization'] ?? '');
        const isPost = new URLSearchParams(first?.raw.body).has('client_secret');
        const used = isBasic ? 'client_secret_basic' : isPost ? 'client_secret_post' : 'none';
        stage.must(used === method, `The client used ${used}.`);
      },
    ),
  }),
);

const says: readonly Case[] = [
  {
    name: 'application-type',
    title: 'A client with a redirect URI on this machine registers itself.',
    wants: 'It says application_type native.',
    source: ['REG-4', 'R07'],
    why: 'Servers take it for a web app otherwise, and refuse the redirect URI.',
    play: works([], (stage) =>
      stage.must(
        asked(stage)['application_type'] === 'native',
        'The registration has no application_type native.',
      ),
    ),
  },
  {
    name: 'refresh-grant',
    title: 'A client registers itself at a server that issues refresh tokens.',
    wants: 'It asks for the grant type refresh_token.',
    source: ['REG-6'],
    why: 'It gets no refresh token otherwise, and the person logs in every few minutes.',
    play: works([], (stage) => {
      const types = asked(stage)['grant_types'];
      stage.must(
        Array.isArray(types) && types.includes('refresh_token'),
        'The registration does not ask for refresh_token.',
      );
    }),
  },
  {
    name: 'redirect-uris',
    title: 'A client registers itself.',
    wants: 'Its redirect URIs are https, of this machine, or of its own scheme.',
    source: ['AUTHZ-8'],
    why: 'The code would travel through the network in clear text.',
    play: works([], (stage) => {
      const uris = asked(stage)['redirect_uris'];
      stage.must(
        Array.isArray(uris) && uris.every(isLocal),
        'A redirect URI is plain http, and not of this machine.',
      );
    }),
  },
  {
    name: 'status-200',
    title: 'The answer to the registration is good, and has the status 200.',
    wants: 'The client takes it for a registration.',
    source: ['REG-12'],
    why: 'Many servers answer so, and the client could not be used with them.',
    play: works([
      {
        where,
        how: async (_request, correctly) => {
          const answer = await correctly();
          return new Response(await answer.text(), { status: 200, headers: answer.headers });
        },
      },
    ]),
  },
  {
    name: 'once',
    title: 'The grant is revoked in the middle of the work, and the person logs in again.',
    wants: 'The client uses the registration that it has.',
    source: ['BIND-1', 'R13'],
    why: 'Servers collect dead clients, and some of them limit their number.',
    play: async (stage) => {
      stage.revokeBeforeTool();
      await stage.run();
      stage.must(stage.usedTool(), 'The client did not get to use the tool.');
      atMost(stage, 1, where, 'registrations');
    },
  },
  {
    name: 'hostile-error-text',
    title: 'The registration is refused, and the reason has escape sequences for terminals in it.',
    wants: 'The client prints no control character of a server.',
    source: ['R17', 'W11'],
    why: 'A server could rewrite what the person has on the screen.',
    play: ends(
      [
        {
          where,
          how: json(
            { error: 'invalid_client_metadata', error_description: 'bad \u001b[2J\u001b]0;owned\u0007 name' },
            400,
          ),
        },
      ],
      printsNoControls,
    ),
  },
  {
    name: 'long-error-text',
    title: 'The registration is refused, and the reason has 500,000 letters.',
    wants: 'The client prints a bounded part of it: all its output has less than 100,000 letters.',
    source: ['L14'],
    why: 'Logs fill up, and the person sees nothing else.',
    play: ends(
      [
        {
          where,
          how: json({ error: 'invalid_client_metadata', error_description: 'x'.repeat(500_000) }, 400),
        },
      ],
      (stage) =>
        stage.must(
          (stage.runs[0]?.ended?.output.length ?? 0) < 100_000,
          'The client printed the whole text of the server.',
        ),
    ),
  },
];

/** No control character of a server reaches the terminal of a person. */
export function printsNoControls(stage: Stage): void {
  const output = stage.runs.map(({ ended }) => ended?.output ?? '').join('');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  stage.must(!/\u001b\[2J|\u001b\]0;/.test(output), 'The client printed escape sequences of a server.');
}

/** Of registrations. */
export const registrationKind: Kind = {
  kind: 'registration',
  about: 'What the client says of itself when it registers, and what it believes of the answer.',
  cases: [
    ...says,
    ...methods,
    ...lies,
    ...refusals,
    ...endless(place),
    ...redirects(place, [301, 302, 307, 308], ['D08', 'A36'], () => ({
      client_id: 'attacker',
      redirect_uris: [],
    })),
  ],
};
