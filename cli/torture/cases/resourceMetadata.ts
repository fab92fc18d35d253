// Cases about the metadata of the resource: where it is looked for, and what is believed of it.
import type { Case, Kind, Source } from '../case.ts';
import { json, members, page, redirect, rewriting, status } from '../lies.ts';
import {
  challenging,
  documentOf,
  guessedServer,
  login,
  originOf,
  put,
  resourceMetadata as where,
  withOther,
} from '../places.ts';
import { atMost, knowing, stops, works } from '../plays.ts';
import type { Stage } from '../stage.ts';
import { endless, redirects, shapes } from './families.ts';

const serverMetadata = { step: 'server-metadata' } as const;
const before = [...login, serverMetadata, guessedServer];
const place = { what: 'the metadata of the resource', where, before };
const rootPath = '/.well-known/oauth-protected-resource';
const root = {
  to: 'resource',
  when: ({ url }: { readonly url: string }) => new URL(url).pathname === rootPath,
};

const otherResources: readonly (readonly [string, string, Source, (stage: Stage) => unknown])[] = [
  ['other-origin', 'is at another origin', 'D24', ({ world }) => world.urlOf('b')],
  ['sibling', 'is another path of the same origin', 'D26', ({ world }) => `${world.resource}-other`],
  ['shorter', 'is the beginning of its URL', 'D24', ({ world }) => world.resource.slice(0, -1)],
  ['child', 'is a path below it', 'D24', ({ world }) => `${world.resource}/child`],
  ['query', 'has a query that the URL has not', 'D24', ({ world }) => `${world.resource}?tenant=1`],
  ['user', 'has a user name before its host', 'D24', ({ world }) => world.resource.replace('//', '//x@')],
  ['missing', 'is missing', 'D24', () => undefined],
  ['not-a-text', 'is a list', 'D24', ({ world }) => [world.resource]],
];

const otherLists: readonly (readonly [string, string, unknown])[] = [
  ['servers-missing', 'is missing', undefined],
  ['servers-empty', 'is empty', []],
  ['servers-text', 'is a text', 'https://attacker.example'],
  ['servers-numbers', 'has numbers', [1, 2]],
  ['servers-null', 'is null', null],
];

const lies: readonly Case[] = [
  ...otherResources.map(([name, is, source, value]) => ({
    name: `resource-${name}`,
    title: `The member resource ${is}.`,
    wants: 'The client does not use the document.',
    source: ['DISC-4', source] as [Source, Source],
    why: 'A client that believes it asks for a token for one server, and sends it to another.',
    play: stops([{ where, how: knowing((stage) => members({ resource: value(stage) })) }], before),
  })),
  ...otherLists.map(([name, is, value]) => ({
    name,
    title: `The list authorization_servers ${is}.`,
    wants: 'The client stops, and does not take the resource for its own authorization server.',
    source: ['D31', 'D29'] as [Source, Source],
    why: 'A resource that can be made to lose one member would get the login page.',
    play: stops([{ where, how: members({ authorization_servers: value }) }], before),
  })),
  {
    name: 'inherited-members',
    title: 'The list of servers is a member of a member that is called __proto__.',
    wants: 'The client looks up own members only, and finds no list.',
    source: ['D19'],
    why: 'A document could give the client members that no check has seen.',
    play: stops(
      [
        {
          where,
          how: knowing(({ world }) =>
            rewriting((text) =>
              text.replace(
                /"authorization_servers":\[[^\]]*\]/,
                `"__proto__":{"authorization_servers":["${world.urlOf('b')}"]}`,
              ),
            ),
          ),
        },
      ],
      before,
    ),
  },
];

const outages: readonly Case[] = [500, 503].map((code) => ({
  name: `outage-${code}`,
  title: `The place of the metadata answers ${code}, and the root of the origin has other metadata.`,
  wants: 'The client does not take an outage for "absent": it asks no weaker place.',
  source: ['D30', 'DISC-11'],
  why: 'Whoever can overload one address could choose the authorization server.',
  play: stops(
    [
      {
        where,
        how: knowing((stage) => {
          put(
            stage,
            'resource',
            rootPath,
            documentOf(stage, { authorization_servers: [stage.world.urlOf('b')] }),
          );
          return status(code);
        }),
      },
    ],
    [root, ...before],
  ),
}));

const places: readonly Case[] = [
  {
    name: 'no-pointer',
    title: 'The challenge does not say where the metadata is.',
    wants: 'The client looks at the well-known place of the path.',
    source: ['D28', 'DISC-3'],
    why: 'Many servers do not say it, and the client could not be used with them.',
    play: works([challenging(() => 'Bearer')]),
  },
  {
    name: 'no-challenge',
    title: 'The 401 has no challenge.',
    wants: 'The client looks at the well-known place of the path.',
    source: ['W12', 'DISC-3'],
    why: 'Gateways remove the header, and the client could not be used behind them.',
    play: works([challenging(() => undefined)]),
  },
  {
    name: 'root-place',
    title: 'Nothing says where the metadata is, and only the root of the origin has it.',
    wants: 'The client looks at the place of the path first, and then at the root.',
    source: ['DISC-3'],
    why: 'Many servers have it there, and the client could not be used with them.',
    play: works([challenging(() => 'Bearer'), atRoot(status(404))]),
  },
  {
    name: 'page-at-path',
    title: 'The place of the path has a page for people, with the status 200, and the root has the metadata.',
    wants: 'The client takes the page for "absent", and looks at the root.',
    source: ['D16', 'DISC-3'],
    why: 'Sites answer every unknown path with their start page.',
    play: works([challenging(() => 'Bearer'), atRoot(page(200))]),
  },
  {
    name: 'pointer',
    title: 'The challenge points to metadata at a place that is not well known.',
    wants: 'The client looks there, and at no well-known place first.',
    source: ['DISC-2', 'DISC-13'],
    why: 'The specification lets a server choose the place.',
    play: works(
      [
        { where: { step: 'call', to: 'resource' }, how: knowing(pointTo('/custom')) },
        {
          where: { to: 'resource', when: ({ url }) => url.endsWith('/custom') },
          how: knowing((stage) => json(documentOf(stage))),
        },
      ],
      (stage) => atMost(stage, 0, where, 'requests to the well-known place'),
    ),
  },
  {
    name: 'circle',
    title: 'The metadata redirects to itself.',
    wants: 'The client stops after a few redirects.',
    source: ['D10'],
    why: 'Two servers could keep a client busy for ever.',
    play: stops([{ where, how: redirect(302, () => '?again') }], before, (stage) =>
      atMost(stage, 30, where, 'requests in a circle'),
    ),
  },
];

function atRoot(how: ReturnType<typeof status>) {
  return {
    where,
    how: knowing((stage) => {
      put(stage, 'resource', rootPath, documentOf(stage));
      return how;
    }),
  };
}

function pointTo(path: string) {
  return (stage: Stage) => async (_: unknown, correctly: () => Promise<Response>) => {
    const answer = await correctly();
    const headers = new Headers(answer.headers);
    if (answer.status === 401)
      headers.set('www-authenticate', `Bearer resource_metadata="${originOf(stage, 'resource')}${path}"`);
    return new Response(await answer.text(), { status: answer.status, headers });
  };
}

/** Of the metadata of the resource. */
export const resourceMetadataKind: Kind = {
  kind: 'resource-metadata',
  about: 'Where the client looks for the metadata of the resource, and what it believes of it.',
  cases: [
    ...places,
    ...lies,
    ...shapes(place),
    ...outages,
    ...endless(place),
    ...redirects(place, [301, 302, 303, 307, 308], ['D08'], (stage) =>
      documentOf(stage, { authorization_servers: [stage.world.urlOf('b')] }),
    ),
    {
      name: 'pointer-of-another',
      title: 'The challenge points to the metadata of another resource, on another origin.',
      wants: 'The client does not use the document, since its resource is another one.',
      source: ['D27', 'DISC-4'],
      why: 'A challenge could lead the client to log in for a server that it has not been told of.',
      world: withOther,
      play: stops(
        [challenging((stage) => `Bearer resource_metadata="${originOf(stage, 'other')}${rootPath}/mcp"`)],
        login,
      ),
    },
  ],
};
