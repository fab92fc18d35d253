// Cases about the authorization request: what the client asks for.
import type { Case, Kind } from '../case.ts';
import { authorization, challenging, token } from '../places.ts';
import { works } from '../plays.ts';
import type { Stage } from '../stage.ts';

const where = { ...authorization, to: 'a' } as const;

const parameterOf = (stage: Stage, name: string): readonly (string | null)[] =>
  stage.sent(where).map(({ raw }) => new URL(raw.url).searchParams.get(name));

/** Two logins in one process: the grant is revoked before the tool is called. */
const twoLogins =
  (then: (stage: Stage) => void): Case['play'] =>
  async (stage) => {
    stage.revokeBeforeTool();
    await stage.run();
    stage.must(stage.sent(where).length >= 2, 'The client did not log in again after the grant was revoked.');
    then(stage);
  };

const differ = (stage: Stage, name: string): void => {
  const values = parameterOf(stage, name);
  stage.must(new Set(values).size === values.length, `Two logins have the same ${name}.`);
};

const requests: readonly Case[] = [
  {
    name: 'state-is-fresh',
    title: 'The person logs in twice.',
    wants: 'Each login has a state of its own.',
    source: ['AUTHZ-3', 'A32'],
    why: 'An old response could be put into a new login.',
    play: twoLogins((stage) => differ(stage, 'state')),
  },
  {
    name: 'verifier-is-fresh',
    title: 'The person logs in twice.',
    wants: 'Each login has a verifier of its own.',
    source: ['AUTHZ-1', 'A32'],
    why: 'Who has seen one verifier could use the code of another login.',
    play: twoLogins((stage) => differ(stage, 'code_challenge')),
  },
  {
    name: 'state-is-long',
    title: 'The person logs in.',
    wants: 'The state has at least 22 characters: 128 bits.',
    source: ['AUTHZ-3', 'A18'],
    why: 'A short state can be guessed, and somebody else’s code be put into the login.',
    play: works([], (stage) =>
      stage.must(
        parameterOf(stage, 'state').every((state) => (state ?? '').length >= 22),
        'The state is missing, or shorter.',
      ),
    ),
  },
  {
    name: 'verifier-is-long',
    title: 'The client exchanges a code.',
    wants: 'The verifier has 43 to 128 characters.',
    source: ['AUTHZ-1'],
    why: 'A short verifier can be guessed from its challenge.',
    play: works([], (stage) => {
      const verifier = new URLSearchParams(stage.sent(token)[0]?.raw.body).get('code_verifier') ?? '';
      stage.must(/^[\w.~-]{43,128}$/.test(verifier), 'The verifier is shorter or longer.');
    }),
  },
  {
    name: 'resource-is-sent',
    title: 'The server refuses logins that do not name the resource.',
    wants: 'The authorization request names the resource as its metadata does.',
    source: ['AUTHZ-2', 'T35'],
    why: 'The token would be good for every resource of the server.',
    play: works([], (stage) =>
      stage.must(
        parameterOf(stage, 'resource').every((one) => one === stage.world.resource),
        'The resource is missing or another one.',
      ),
    ),
  },
  {
    name: 'resource-is-sent-for-tokens',
    title: 'The server refuses token requests that do not name the resource.',
    wants: 'The token request names the resource as its metadata does.',
    source: ['AUTHZ-2', 'T35'],
    why: 'The token would be good for every resource of the server.',
    play: works([], (stage) => {
      const named = new URLSearchParams(stage.sent(token)[0]?.raw.body).get('resource');
      stage.must(named === stage.world.resource, 'The resource is missing or another one.');
    }),
  },
  {
    name: 'scope-of-challenge',
    title: 'The challenge asks for one scope, and the metadata lists two.',
    wants: 'The client asks for that of the challenge, and for none of the others.',
    source: ['SCOPE-1', 'SCOPE-2'],
    why: 'The person would be asked to allow more than the work needs.',
    play: works([], (stage) =>
      stage.must(
        parameterOf(stage, 'scope').every((scope) => scope !== null && !scope.split(' ').includes('write')),
        'The client asked for other scopes.',
      ),
    ),
  },
  {
    name: 'scopes-of-metadata',
    title: 'The challenge has no scope.',
    wants: 'The client asks for the scopes that the metadata of the resource lists.',
    source: ['SCOPE-1'],
    why: 'The token could be good for nothing.',
    play: works(
      [
        challenging(
          ({ world }) =>
            `Bearer resource_metadata="${new URL(world.resource).origin}/.well-known/oauth-protected-resource/mcp"`,
        ),
      ],
      (stage) => {
        const scopes = (parameterOf(stage, 'scope')[0] ?? '').split(' ');
        stage.must(
          ['read', 'write'].every((one) => scopes.includes(one)),
          'The client did not ask for them.',
        );
      },
    ),
  },
];

/** Of authorization requests. */
export const authorizationKind: Kind = {
  kind: 'authorization',
  about: 'What the client asks for at the authorization endpoint.',
  cases: requests,
};
