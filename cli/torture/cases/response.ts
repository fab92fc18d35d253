// Cases about the response to the authorization request: which ones are believed.
import type { Case, Kind, Source } from '../case.ts';
import { members } from '../lies.ts';
import { authorization, callWithToken, responding, serverMetadata, token } from '../places.ts';
import { atMost, ends, grantOf, stops, works } from '../plays.ts';
import type { Stage } from '../stage.ts';
import { printsNoControls } from './registration.ts';

const where = { ...authorization, to: 'a' } as const;

type Change = (parameters: URLSearchParams, stage: Stage) => void;

/** A response that must not be used. */
const refused = (
  name: string,
  title: string,
  source: readonly [Source, ...Source[]],
  why: string,
  change: Change,
  isAnnounced = true,
): Case => ({
  name,
  title,
  wants: 'The client sends no code to the token endpoint. It may go on waiting.',
  source,
  why,
  ...(!isAnnounced && { world: { servers: { a: { sendsIssuer: false }, b: {} } } }),
  play: stops([{ where, how: responding(change) }], [token], () => {}, { mayWait: true }),
});

const forged = 'Somebody could put the code of an account of his own into the login of another person.';
const mixed = 'A server could pass off the response of another one as its own, and get its code.';
const broken = 'Such a response is not of a server that works. What a client makes of it is chance.';
const set =
  (name: string, value: string | ((stage: Stage) => string)): Change =>
  (parameters, stage) =>
    parameters.set(name, typeof value === 'string' ? value : value(stage));
const append =
  (name: string, value: string): Change =>
  (parameters) =>
    parameters.append(name, value);
const remove =
  (name: string): Change =>
  (parameters) =>
    parameters.delete(name);

const responses: readonly Case[] = [
  refused(
    'state-other',
    'The response has another state.',
    ['A08', 'AUTHZ-3'],
    forged,
    set('state', 'x'.repeat(43)),
  ),
  refused('state-missing', 'The response has no state.', ['A08', 'AUTHZ-3'], forged, remove('state')),
  refused('state-empty', 'The response has an empty state.', ['A08', 'AUTHZ-3'], forged, set('state', '')),
  refused(
    'state-longer',
    'The response has the state, and one more letter.',
    ['A08', 'AUTHZ-3'],
    forged,
    (all) => all.set('state', `${all.get('state')}x`),
  ),
  refused(
    'state-shorter',
    'The response has the state without its last letter.',
    ['A08', 'AUTHZ-3'],
    forged,
    (all) => all.set('state', (all.get('state') ?? '').slice(0, -1)),
  ),
  refused(
    'state-twice',
    'The response has the state, and another one.',
    ['A14'],
    broken,
    append('state', 'other'),
  ),
  refused('code-missing', 'The response has no code, and no error.', ['A16'], broken, remove('code')),
  refused('code-empty', 'The response has an empty code.', ['A16'], broken, set('code', '')),
  refused('code-twice', 'The response has two codes.', ['A14'], broken, append('code', 'another-code')),
  refused('code-controls', 'The code has line breaks in it.', ['A16'], broken, set('code', 'a\r\nb')),
  refused(
    'code-huge',
    'The code has 10,000 letters.',
    ['A16', 'A04'],
    broken,
    set('code', 'x'.repeat(10_000)),
  ),
  refused(
    'code-and-error',
    'The response has a code and an error.',
    ['A15'],
    broken,
    set('error', 'access_denied'),
  ),
  refused(
    'iss-other',
    'The response is from another issuer.',
    ['A11', 'AUTHZ-5'],
    mixed,
    set('iss', ({ world }) => world.urlOf('b')),
  ),
  refused(
    'iss-missing',
    'The server has announced iss, and the response has none.',
    ['A11', 'AUTHZ-5'],
    mixed,
    remove('iss'),
  ),
  refused('iss-empty', 'The issuer of the response is empty.', ['A11', 'AUTHZ-5'], mixed, set('iss', '')),
  refused(
    'iss-slash',
    'The issuer of the response has one more slash.',
    ['A12', 'AUTHZ-6'],
    mixed,
    set('iss', ({ world }) => `${world.urlOf('a')}/`),
  ),
  refused(
    'iss-case',
    'The issuer of the response has its scheme in capitals.',
    ['A12', 'AUTHZ-6'],
    mixed,
    set('iss', ({ world }) => world.urlOf('a').replace('http', 'HTTP')),
  ),
  refused('iss-twice', 'The response has two issuers.', ['A14'], mixed, append('iss', 'http://127.0.0.1:1')),
  refused(
    'iss-unannounced',
    'The server has not announced iss, and the response is from another issuer.',
    ['A11', 'AUTHZ-5'],
    mixed,
    set('iss', ({ world }) => world.urlOf('b')),
    false,
  ),
  {
    name: 'implicit',
    title: 'The response has an access token in it, and no code.',
    wants: 'The client sends that token nowhere.',
    source: ['A31'],
    why: 'Tokens in URLs are in histories and logs, and may be somebody else’s.',
    play: stops(
      [
        {
          where,
          how: responding((all) => {
            all.delete('code');
            all.set('access_token', 'implicit-access-token');
            all.set('token_type', 'Bearer');
          }),
        },
      ],
      [callWithToken, token],
      () => {},
      { mayWait: true },
    ),
  },
];

const errors: readonly Case[] = (
  [
    ['access_denied', 1, 'A28', 'The person has said no, and would be asked again and again.'],
    ['server_error', 3, 'A29', 'Login pages would open as long as the server has its fault.'],
    ['temporarily_unavailable', 3, 'A29', 'Login pages would open as long as the server has its fault.'],
    ['invalid_scope', 3, 'A30', 'Login pages would open for ever.'],
    ['unauthorized_client', 3, 'T20', 'Login pages would open for ever.'],
  ] as const
).map(([error, most, source, why]) => ({
  name: `error-${error.replaceAll('_', '-')}`,
  title: `The response says ${error}, always.`,
  wants: most === 1 ? 'The client does not ask again.' : `The client asks ${most} times at most.`,
  source: [source] as [Source],
  why,
  play: stops(
    [
      {
        where,
        how: responding((all) => {
          all.delete('code');
          all.set('error', error);
        }),
      },
    ],
    [token],
    (stage) => atMost(stage, most, authorization, 'logins'),
    { mayWait: true },
  ),
}));

const marker = 'call-this-number-now';

const texts: readonly Case[] = [
  {
    name: 'error-of-another-issuer',
    title: 'The response is from another issuer, and has an error with a text for people.',
    wants: 'The client does not show that text.',
    source: ['A13', 'AUTHZ-7'],
    why: 'Anybody who can make a link could speak to the person through the client.',
    play: ends(
      [
        {
          where,
          how: responding((all, { world }) => {
            all.delete('code');
            all.set('iss', world.urlOf('b'));
            all.set('error', 'access_denied');
            all.set('error_description', marker);
          }),
        },
      ],
      (stage) => stage.must(!(stage.runs[0]?.ended?.output ?? '').includes(marker), 'The client showed it.'),
      { mayWait: true },
    ),
  },
  {
    name: 'hostile-error-text',
    title: 'The error of the response has escape sequences for terminals in it.',
    wants: 'The client prints no control character of a server.',
    source: ['A06', 'W11'],
    why: 'A server could rewrite what the person has on the screen.',
    play: ends(
      [
        {
          where,
          how: responding((all) => {
            all.delete('code');
            all.set('error', 'access_denied');
            all.set('error_description', 'no \u001b[2J\u001b]0;owned\u0007');
          }),
        },
      ],
      printsNoControls,
      { mayWait: true },
    ),
  },
  {
    name: 'repeated-code',
    title: 'The token endpoint refuses the code, and repeats the whole request in its error.',
    wants: 'The client prints neither the code nor the verifier.',
    source: ['L05', 'L01'],
    why: 'Logs are read by more people than secrets are for.',
    play: ends([
      {
        where: grantOf('authorization_code'),
        how: ({ raw }) =>
          Response.json(
            { error: 'invalid_grant', error_description: `refused: ${raw.body}` },
            { status: 400 },
          ),
      },
    ]),
  },
  {
    name: 'announced-falsely',
    title: 'The server does not announce iss, and sends the right one.',
    wants: 'The client goes on.',
    source: ['A11', 'AUTHZ-5'],
    why: 'Servers do so, and the client could not be used with them.',
    play: works([
      { where: serverMetadata, how: members({ authorization_response_iss_parameter_supported: undefined }) },
    ]),
  },
];

/** Of authorization responses. */
export const responseKind: Kind = {
  kind: 'response',
  about: 'Which authorization responses the client believes, and what it does about the others.',
  cases: [...responses, ...errors, ...texts],
};
