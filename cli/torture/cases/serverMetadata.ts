// Cases about the metadata of the authorization server: where it is looked for, and what is believed of it.
import type { Case, Kind, Source } from '../case.ts';
import { members, page, redirect, rewriting, status } from '../lies.ts';
import { login as before, resourceMetadata, serverMetadata as where } from '../places.ts';
import { atMost, knowing, stops, works } from '../plays.ts';
import type { Stage } from '../stage.ts';
import { endless, redirects, shapes } from './families.ts';

const place = { what: 'the metadata of the server', where, before };

const issuers: readonly (readonly [string, string, Source, (stage: Stage) => unknown])[] = [
  ['other', 'is another server', 'D22', ({ world }) => world.urlOf('b')],
  ['missing', 'is missing', 'D22', () => undefined],
  ['slash', 'has one more slash at its end', 'D23', ({ world }) => `${world.urlOf('a')}/`],
  ['case', 'has its scheme in capitals', 'D23', ({ world }) => world.urlOf('a').replace('http:', 'HTTP:')],
  ['user', 'has a user name before its host', 'D23', ({ world }) => world.urlOf('a').replace('//', '//x@')],
  ['path', 'has one more part of a path', 'D22', ({ world }) => `${world.urlOf('a')}/tenant`],
  ['list', 'is a list with the right issuer in it', 'D22', ({ world }) => [world.urlOf('a')]],
  ['null', 'is null', 'D22', () => null],
  ['blank', 'has a blank at its end', 'D23', ({ world }) => `${world.urlOf('a')} `],
];

const challengeMethods: readonly (readonly [string, string, unknown])[] = [
  ['missing', 'is missing', undefined],
  ['empty', 'is empty', []],
  ['plain', 'has only plain', ['plain']],
  ['text', 'is the text S256', 'S256'],
  ['null', 'is null', null],
  ['small-letters', 'has only s256, in small letters', ['s256']],
];

const endpoints: readonly (readonly [string, string, string, unknown])[] = [
  ['token-missing', 'token_endpoint', 'is missing', undefined],
  ['token-number', 'token_endpoint', 'is a number', 1],
  ['token-relative', 'token_endpoint', 'is a relative URL', '/token'],
  ['authorization-missing', 'authorization_endpoint', 'is missing', undefined],
  ['authorization-list', 'authorization_endpoint', 'is a list', []],
  ['authorization-relative', 'authorization_endpoint', 'is a relative URL', '/authorize'],
];

const oddIssuers: readonly (readonly [string, string, Source, (issuer: string) => string])[] = [
  ['query', 'has a query', 'D35', (issuer) => `${issuer}/?tenant=1`],
  ['fragment', 'has a fragment', 'D35', (issuer) => `${issuer}/#here`],
  ['user', 'has a user name before its host', 'D36', (issuer) => issuer.replace('//', '//accounts.example@')],
  ['backslash', 'has a backslash in it', 'D35', (issuer) => `${issuer}\\`],
];

const lies: readonly Case[] = [
  ...issuers.map(([name, is, source, value]) => ({
    name: `issuer-${name}`,
    title: `The issuer in the document ${is}.`,
    wants:
      'The client compares it with the issuer that it has looked up, code point by code point, and stops.',
    source: ['DISC-8', source] as [Source, Source],
    why: 'One server could give out the endpoints of another, and collect its codes.',
    play: stops([{ where, how: knowing((stage) => members({ issuer: value(stage) })) }], before),
  })),
  ...challengeMethods.map(([name, is, value]) => ({
    name: `pkce-${name}`,
    title: `The list code_challenge_methods_supported ${is}.`,
    wants: 'The client refuses the server.',
    source: ['DISC-9', 'D40'] as [Source, Source],
    why: 'Without PKCE whoever sees a code can use it.',
    play: stops([{ where, how: members({ code_challenge_methods_supported: value }) }], before),
  })),
  ...endpoints.map(([name, member, is, value]) => ({
    name: `endpoint-${name}`,
    title: `The ${member} ${is}.`,
    wants: 'The client stops, and makes up no endpoint.',
    source: ['D37'] as [Source],
    why: 'A path that the server did not name may belong to somebody else.',
    play: stops([{ where, how: members({ [member]: value }) }], before),
  })),
  ...oddIssuers.map(([name, is, source, change]) => ({
    name: `listed-issuer-${name}`,
    title: `The issuer that the resource lists ${is}.`,
    wants: 'The client refuses the issuer, and asks nobody for its metadata.',
    source: [source] as [Source],
    why: 'Two parsers may read two hosts in it, and a person sees the wrong one.',
    play: stops(
      [
        {
          where: resourceMetadata,
          how: knowing(({ world }) => members({ authorization_servers: [change(world.urlOf('a'))] })),
        },
      ],
      [...before, { to: 'a' }],
    ),
  })),
  {
    name: 'inherited-members',
    title: 'The list code_challenge_methods_supported is a member of a member that is called __proto__.',
    wants: 'The client looks up own members only, and refuses the server.',
    source: ['D19'],
    why: 'A document could give the client members that no check has seen.',
    play: stops(
      [
        {
          where,
          how: rewriting((text) =>
            text.replace(
              '"code_challenge_methods_supported":["S256"]',
              '"__proto__":{"code_challenge_methods_supported":["S256"]}',
            ),
          ),
        },
      ],
      before,
    ),
  },
];

const openid = '/.well-known/openid-configuration';
const outages: readonly Case[] = [500, 503].map((code) => ({
  name: `outage-${code}`,
  title: `The first place of the metadata answers ${code}, and the second has a document.`,
  wants: 'The client does not take an outage for "absent": it asks no other place.',
  source: ['D34', 'DISC-11'],
  why: 'Whoever can overload one address could choose which document is used.',
  play: stops(
    [{ where, how: status(code) }],
    [...before, { to: 'a', when: ({ url }) => url.includes(openid) }],
  ),
}));

const places: readonly Case[] = [
  {
    name: 'openid-place',
    title: 'Only the OpenID Connect document is there.',
    wants: 'The client finds it.',
    source: ['DISC-7', 'D33'],
    why: 'Many servers have only that one.',
    world: { servers: { a: { metadata: 'openid' }, b: {} } },
    play: works(),
  },
  {
    name: 'path-place',
    title: 'The issuer has a path.',
    wants: 'The client puts the well-known part before the path.',
    source: ['DISC-6', 'D33'],
    why: 'Servers with many tenants have their documents there.',
    world: { servers: { a: { path: '/tenant' }, b: {} } },
    play: works(),
  },
  {
    name: 'path-openid-place',
    title: 'The issuer has a path, and only the OpenID Connect document behind the path is there.',
    wants: 'The client tries the three places of the specification in their order.',
    source: ['DISC-6', 'D33'],
    why: 'Older servers with many tenants have their documents there.',
    world: { servers: { a: { path: '/tenant', metadata: 'openid' }, b: {} } },
    play: works([
      {
        where: { to: 'a', when: ({ url }) => url.includes('/.well-known/openid-configuration/tenant') },
        how: status(404),
      },
    ]),
  },
  {
    name: 'page-at-first-place',
    title: 'The first place has a page for people, with the status 200; the second has the document.',
    wants: 'The client takes the page for "absent", and tries the next place.',
    source: ['D16'],
    why: 'Sites answer every unknown path with their start page.',
    world: { servers: { a: { metadata: 'openid' }, b: {} } },
    play: works([
      { where: { to: 'a', when: ({ url }) => url.includes('oauth-authorization-server') }, how: page(200) },
    ]),
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
  {
    name: 'endpoint-with-query',
    title: 'The authorization endpoint already has a client_id, a state and a scope in its query.',
    wants: 'The client puts its own values in their place, and each parameter occurs once.',
    source: ['A05'],
    why: 'Which of two values counts, is up to the server: it could be that of an attacker.',
    play: works([
      {
        where,
        how: knowing(({ world }) =>
          members({
            authorization_endpoint: `${world.urlOf('a')}/authorize?client_id=attacker&state=attacker&scope=admin&audience=api`,
          }),
        ),
      },
    ]),
  },
];

/** Of the metadata of authorization servers. */
export const serverMetadataKind: Kind = {
  kind: 'server-metadata',
  about: 'Where the client looks for the metadata of an authorization server, and what it believes of it.',
  cases: [
    ...places,
    ...lies,
    ...shapes(place),
    ...outages,
    ...endless(place),
    ...redirects(place, [301, 302, 303, 307, 308], ['D08', 'M12'], ({ world }) => ({
      issuer: world.urlOf('a'),
      authorization_endpoint: `${world.urlOf('b')}/authorize`,
      token_endpoint: `${world.urlOf('b')}/token`,
      registration_endpoint: `${world.urlOf('b')}/register`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
    })),
  ],
};
