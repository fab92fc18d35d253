// Cases about the token endpoint: what it answers to a code.
import type { Misbehaviour } from '../../../adapters/testing/misbehaviour.ts';
import type { Case, Kind, Source } from '../case.ts';
import { answering, json, lost, members, page } from '../lies.ts';
import { authorization, callWithToken, registration, token } from '../places.ts';
import { atMost, ends, grantOf, stops, works } from '../plays.ts';
import { endless, redirects } from './families.ts';
import { printsNoControls } from './registration.ts';

const where = { ...grantOf('authorization_code'), to: 'a' };
const place = { what: 'the answer of the token endpoint', where, before: [callWithToken] };
const good = { access_token: 'access-token-of-nobody', token_type: 'Bearer', expires_in: 3600 };

const answers: readonly (readonly [string, string, Source, Misbehaviour])[] = [
  ['page', 'a page for people, with the status 200', 'T01', page(200)],
  ['empty', 'empty, with the status 200', 'T01', answering('')],
  ['array', 'an array', 'T01', json([good])],
  ['null', 'null', 'T01', json(null)],
  ['error-with-200', 'an error, with the status 200', 'T02', json({ error: 'invalid_grant' })],
  ['error-and-token', 'a token and an error', 'T03', json({ ...good, error: 'access_denied' })],
  [
    'form',
    'a form, as of some old servers',
    'T04',
    answering(
      new URLSearchParams({ ...good, expires_in: '3600' }).toString(),
      'application/x-www-form-urlencoded',
    ),
  ],
  ['type-missing', 'a token without a type', 'T05', members({ token_type: undefined })],
  ['type-unknown', 'a token of the type mac', 'T05', members({ token_type: 'mac' })],
  ['type-number', 'a token whose type is a number', 'T05', members({ token_type: 1 })],
  ['token-missing', 'without a token', 'T01', members({ access_token: undefined })],
  ['token-number', 'a number as token', 'T07', members({ access_token: 12345678 })],
  ['token-empty', 'an empty token', 'T07', members({ access_token: '' })],
  ['token-object', 'an object as token', 'T07', members({ access_token: {} })],
  ['token-blank', 'a token with a blank in it', 'T07', members({ access_token: 'access token' })],
  [
    'token-letters',
    'a token with letters beyond ASCII',
    'T07',
    members({ access_token: 'acc\u00e9ss-token' }),
  ],
  [
    'token-comma',
    'a token with a comma and another scheme in it',
    'T07',
    members({ access_token: 'token, Basic eDp5' }),
  ],
  ['status-400', 'a good token, with the status 400', 'T01', json(good, 400)],
  ['status-500', 'a good token, with the status 500', 'T01', json(good, 500)],
];

const lies: readonly Case[] = answers.map(([name, is, source, how]) => ({
  name: `answer-${name}`,
  title: `The token endpoint answers with ${is}.`,
  wants: 'The client ends with an error, and sends the resource no token.',
  source: [source],
  why: 'What is no token reaches a header, a log, or the store; and the person is told that all is well.',
  play: stops([{ where, how }], [callWithToken]),
}));

const codes: readonly (readonly [string, string, Misbehaviour])[] = [
  ['lost', 'the connection is cut before it is heard', lost],
  ['500', 'the status is 500', json({ error: 'server_error' }, 500)],
  ['503', 'the status is 503', json({}, 503)],
  ['429', 'the status is 429', json({}, 429)],
  ['invalid-grant', 'the error is invalid_grant', json({ error: 'invalid_grant' }, 400)],
];

const once: readonly Case[] = codes.map(([name, is, how]) => ({
  name: `code-once-${name}`,
  title: `A code is sent, and the answer is lost: ${is}.`,
  wants: 'The client sends no code twice.',
  source: ['T26'],
  why: 'A server that sees a code twice takes it for stolen, and revokes all that came of it (RFC 6749 §4.1.2).',
  play: ends([{ where, how }], (stage) => {
    const sent = stage.sent(where).map(({ raw }) => new URLSearchParams(raw.body).get('code'));
    stage.must(new Set(sent).size === sent.length, 'The client sent a code twice.');
    atMost(stage, 3, authorization, 'logins');
  }),
}));

const loops: readonly Case[] = (
  [
    ['invalid_client', 401, 'T19'],
    ['unauthorized_client', 400, 'T20'],
    ['unsupported_grant_type', 400, 'T20'],
    ['invalid_target', 400, 'T20'],
    ['invalid_scope', 400, 'T20'],
  ] as const
).map(([error, code, source]) => ({
  name: `refused-${error.replaceAll('_', '-')}`,
  title: `The token endpoint says ${error}, always.`,
  wants: 'The client registers anew and logs in again once or twice at most, and then ends with an error.',
  source: [source],
  why: 'Login pages would open for ever.',
  play: stops([{ where: token, how: json({ error }, code) }], [callWithToken], (stage) => {
    atMost(stage, 3, authorization, 'logins');
    atMost(stage, 3, registration, 'registrations');
  }),
}));

const lifetimes: readonly Case[] = (
  [
    ['zero', 0],
    ['negative', -1],
    ['huge', 1e15],
    ['fraction', 0.001],
  ] as const
).map(([name, value]) => ({
  name: `lifetime-${name}`,
  title: `Every token lives ${value} seconds, as the server says; it works all the same.`,
  wants: 'The client does not renew it in a loop: there are at most as many renewals as requests.',
  source: ['T08'],
  why: 'The server is asked for tokens without end.',
  play: ends([{ where: token, how: members({ expires_in: value }) }], (stage) => {
    const calls = stage.sent({ step: 'call' }).length;
    atMost(stage, calls + 1, grantOf('refresh_token'), 'renewals');
    atMost(stage, 2, authorization, 'logins');
  }),
}));

const texts: readonly Case[] = [
  {
    name: 'hostile-error-text',
    title: 'The error has escape sequences for terminals in it.',
    wants: 'The client prints no control character of a server.',
    source: ['W11', 'L14'],
    why: 'A server could rewrite what the person has on the screen.',
    play: ends(
      [
        {
          where,
          how: json({ error: 'invalid_request', error_description: 'no \u001b[2J\u001b]0;owned\u0007' }, 400),
        },
      ],
      printsNoControls,
    ),
  },
  {
    name: 'repeated-in-page',
    title: 'The token endpoint fails with a page that repeats the request.',
    wants: 'The client prints neither the code nor the verifier.',
    source: ['L05', 'L01', 'T01'],
    why: 'Logs are read by more people than secrets are for.',
    play: ends([
      {
        where,
        how: ({ raw }) =>
          new Response(`<pre>${raw.body}</pre>`, { status: 500, headers: { 'content-type': 'text/html' } }),
      },
    ]),
  },
  {
    name: 'token-in-error',
    title: 'The answer has an error, and a token that works.',
    wants: 'The client ends with an error, and prints no token.',
    source: ['T03', 'L01'],
    why: 'Logs are read by more people than secrets are for.',
    play: stops([{ where, how: members({ error: 'server_error' }) }], [callWithToken]),
  },
  {
    name: 'type-in-capitals',
    title: 'The token type is BEARER.',
    wants: 'The client uses the token.',
    source: ['T05'],
    why: 'The case does not matter (RFC 6749 §5.1), and the client could not be used with such servers.',
    play: works([{ where, how: members({ token_type: 'BEARER' }) }]),
  },
  {
    name: 'lifetime-missing',
    title: 'The answer does not say how long the token lives.',
    wants: 'The client uses the token.',
    source: ['T08'],
    why: 'The member is optional (RFC 6749 §5.1), and the client could not be used with such servers.',
    play: works([{ where, how: members({ expires_in: undefined }) }]),
  },
  {
    name: 'unknown-members',
    title: 'The answer has members that nobody knows.',
    wants: 'The client uses the token.',
    source: ['STEP-6'],
    why: 'Servers add members (RFC 6749 §5.1), and the client could not be used with them.',
    play: works([{ where, how: members({ id_token: 'a.b.c', session_state: {}, scope: undefined }) }]),
  },
];

/** Of the exchange of a code. */
export const tokenKind: Kind = {
  kind: 'token',
  about: 'What the client makes of the answer of the token endpoint to a code.',
  cases: [
    ...texts,
    ...lies,
    ...once,
    ...loops,
    ...lifetimes,
    ...endless(place),
    ...redirects(place, [301, 302, 303, 307, 308], ['T29', 'A36'], () => good),
  ],
};
