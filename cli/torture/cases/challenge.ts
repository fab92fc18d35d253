// Cases about the challenge of the resource: what stands in it, and what it means.
import type { Case, Kind } from '../case.ts';
import { answering } from '../lies.ts';
import { challenging, documentOf, originOf, other, put, withOther } from '../places.ts';
import { atMost, ends, knowing, works } from '../plays.ts';
import { isOf, type Stage } from '../stage.ts';

const authorization = { step: 'authorization' } as const;
const pointer = (stage: Stage): string => `${originOf(stage, 'resource')}/custom`;
const trap = (stage: Stage): string => `${originOf(stage, 'other')}/trap`;

/** The metadata is only where the challenge points to; the trap has a document that names another server. */
const pointing = (challenge: (real: string, trap: string) => string): Case['play'] => {
  const play = works(
    [
      challenging((stage) => {
        put(stage, 'resource', '/custom', documentOf(stage));
        put(stage, 'other', '/trap', documentOf(stage, { authorization_servers: [stage.world.urlOf('b')] }));
        return challenge(pointer(stage), trap(stage));
      }),
      {
        where: { to: 'resource', when: ({ url }) => url.endsWith('/custom') },
        how: knowing((stage) => () => Response.json(documentOf(stage))),
      },
    ],
    (stage) => atMost(stage, 0, other, 'requests to the trap'),
  );
  return async (stage) => {
    stage.world.misbehave(
      { step: 'resource-metadata', to: 'resource' },
      () => new Response(null, { status: 404 }),
    );
    await play(stage);
  };
};

const found = 'The client finds the metadata that the Bearer challenge points to.';
const unusable = 'Servers and gateways write such headers, and the client could not be used with them.';
const tricked = 'Who can put a text into the header could lead the client to a document of his own.';

const syntax: readonly Case[] = [
  {
    name: 'second-of-two',
    title: 'A Basic challenge stands before the Bearer challenge.',
    wants: found,
    source: ['W01', 'W02'],
    why: unusable,
    world: withOther,
    play: pointing((real) => `Basic realm="people", charset="UTF-8", Bearer resource_metadata="${real}"`),
  },
  {
    name: 'parameter-in-text',
    title: 'A quoted text has something in it that looks like the pointer.',
    wants: found,
    source: ['W03'],
    why: tricked,
    world: withOther,
    play: pointing(
      (real, lie) => `Bearer realm="x, resource_metadata=${lie}, y", resource_metadata="${real}"`,
    ),
  },
  {
    name: 'like-named-parameter',
    title: 'A parameter is called x_resource_metadata, and stands before the real one.',
    wants: found,
    source: ['W04'],
    why: tricked,
    world: withOther,
    play: pointing((real, lie) => `Bearer x_resource_metadata="${lie}", resource_metadata="${real}"`),
  },
  {
    name: 'escaped-quotes',
    title: 'A quoted text has escaped quotes, and what follows looks like the pointer.',
    wants: found,
    source: ['W05'],
    why: tricked,
    world: withOther,
    play: pointing(
      (real, lie) => `Bearer realm="a \\", resource_metadata=\\"${lie}\\" b", resource_metadata="${real}"`,
    ),
  },
  {
    name: 'capitals-and-blanks',
    title: 'The scheme and the parameter are in capitals, and blanks stand around the equals sign.',
    wants: found,
    source: ['W06'],
    why: unusable,
    world: withOther,
    play: pointing((real) => `BEARER RESOURCE_METADATA = "${real}"`),
  },
  {
    name: 'parameter-of-another-scheme',
    title: 'A challenge of an unknown scheme has a pointer, too.',
    wants: found,
    source: ['W15', 'W01'],
    why: tricked,
    world: withOther,
    play: pointing((real, lie) => `Newest resource_metadata="${lie}", Bearer resource_metadata="${real}"`),
  },
  {
    name: 'parameter-twice',
    title: 'The pointer occurs twice in the challenge.',
    wants: 'The client does not use the challenge, and looks at the well-known place.',
    source: ['W07'],
    why: 'Which of the two counts is for an attacker to choose.',
    world: withOther,
    play: works(
      [
        challenging((stage) => {
          put(
            stage,
            'other',
            '/trap',
            documentOf(stage, { authorization_servers: [stage.world.urlOf('b')] }),
          );
          return `Bearer resource_metadata="${trap(stage)}", resource_metadata="${originOf(stage, 'resource')}/.well-known/oauth-protected-resource/mcp"`;
        }),
      ],
      (stage) => atMost(stage, 0, other, 'requests to the trap'),
    ),
  },
  ...[
    ['open-quote', 'has a quote that is never closed', 'Bearer resource_metadata="http://'],
    ['garbage', 'has no scheme and no names', ',,,="=,,"'],
    ['token68', 'has one word instead of parameters', 'Bearer YWJjZGVm=='],
  ].map(
    ([name = '', is = '', header = '']): Case => ({
      name,
      title: `The challenge ${is}.`,
      wants: 'The client looks at the well-known place, and does not crash.',
      source: name === 'token68' ? ['W15'] : ['W08'],
      why: unusable,
      play: works([challenging(() => header)]),
    }),
  ),
  {
    name: 'illegal-scopes',
    title: 'Among the scopes of the challenge is one with characters that no scope has.',
    wants: 'The client drops that one, and asks for the others.',
    source: ['W16', 'U08'],
    why: 'The server refuses the whole login because of one bad name.',
    play: works([
      challenging(
        (stage) =>
          `Bearer scope="read caf\u00e9", resource_metadata="${originOf(stage, 'resource')}/.well-known/oauth-protected-resource/mcp"`,
      ),
    ]),
  },
  {
    name: 'many-scopes',
    title: 'The challenge asks for 1,000 scopes.',
    wants: 'The client asks for a bounded number of them, at most 200.',
    source: ['W16', 'U06'],
    why: 'The address of the login page becomes longer than browsers and servers take.',
    play: ends(
      [
        challenging(
          (stage) =>
            `Bearer resource_metadata="${originOf(stage, 'resource')}/.well-known/oauth-protected-resource/mcp", scope="${Array.from({ length: 1000 }, (_, at) => `s${at}`).join(' ')}"`,
        ),
      ],
      (stage) => {
        for (const { url } of stage.sent(authorization)) {
          const { length } = (new URL(url).searchParams.get('scope') ?? '').split(' ');
          stage.must(length <= 200, `The client asked for ${length} scopes.`);
        }
      },
    ),
  },
];

const meanings: readonly Case[] = (
  [
    [200, 'W14'],
    [400, 'W13'],
    [500, 'TOK-7'],
    [503, 'TOK-7'],
    [404, 'W13'],
  ] as const
).map(([code, source]) => ({
  name: `with-${code}`,
  title: `After the login an answer with the status ${code} has a challenge that says invalid_token.`,
  wants: 'The client does not log in again: only a 401 means that the token was refused.',
  source: [source],
  why: 'People would be sent to the login page because a server has a fault.',
  play: ends(
    [
      {
        where: { step: 'call', to: 'resource', when: isOf('tools/list') },
        how: async (request, correctly) => {
          if (request.headers['authorization'] === undefined) return correctly();
          const answer =
            code === 200
              ? await correctly()
              : await answering('{}', 'application/json', code)(request, correctly);
          if (!(answer instanceof Response)) return answer;
          answer.headers.set('www-authenticate', 'Bearer error="invalid_token"');
          return answer;
        },
      },
    ],
    (stage) => {
      atMost(stage, 1, authorization, 'logins');
      atMost(stage, 1, { step: 'token' }, 'requests for tokens');
    },
  ),
}));

/** Of challenges. */
export const challengeKind: Kind = {
  kind: 'challenge',
  about: 'How the client reads the WWW-Authenticate header of the resource, and what it concludes from it.',
  cases: [...syntax, ...meanings],
};
