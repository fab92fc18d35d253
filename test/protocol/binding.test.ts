// The binding verdict (SEP-2352): each row of it, and what holds for all evidence together.
import { describe, expect, test } from 'vitest';
import type { Registration } from '../../contract/facts.ts';
import {
  type BindingEvidence,
  type BindingVerdict,
  type BoundServer,
  type HostClient,
  judgeBinding,
  type StoredRegistration,
} from '../../protocol/binding.ts';

const resource = 'https://rs.example/mcp';
const here = 'https://as.example';
const other = 'https://other.example';
const third = 'https://third.example';
const metadataUrl = 'https://app.example/client.json';
const now = 1_700_000_000_000;

const evidence = (more: Partial<BindingEvidence> = {}): BindingEvidence => ({
  resource,
  server: { issuer: here, authMethods: ['client_secret_post'] },
  isAskedFor: false,
  mayRegister: true,
  hostClients: [],
  binding: null,
  pin: null,
  metadataUrl: null,
  stored: null,
  now,
  ...more,
});

const host = (more: Partial<HostClient> = {}): HostClient => ({
  clientId: 'by-hand',
  hasSecret: false,
  hasPrivateKey: false,
  trustsFirstIssuer: false,
  ...more,
});

const bound = (issuer: string, kind: BoundServer['kind'], clientId = 'bound-client'): BoundServer => ({
  issuer,
  kind,
  clientId,
});

const bindingTo = (...servers: readonly BoundServer[]): BindingEvidence['binding'] => ({
  current: servers[0]?.issuer ?? '',
  servers,
});

const stored = (
  more: Partial<Registration> = {},
  secretExpiresAt?: number,
  awaitedInVain = false,
): StoredRegistration => ({
  registration: {
    key: 'registration:key',
    kind: 'dynamic',
    issuer: here,
    clientId: 'dynamic-client',
    authMethod: 'client_secret_basic',
    redirectUris: ['http://127.0.0.1/callback'],
    ...more,
  },
  ...(secretExpiresAt !== undefined && { secretExpiresAt }),
  awaitedInVain,
});

const preRegistered = (more: Partial<Registration> = {}, mayRecallGrant = true): BindingVerdict => ({
  kind: 'pre-registered',
  registration: {
    key: 'pre-registered:by-hand',
    kind: 'pre-registered',
    issuer: here,
    clientId: 'by-hand',
    authMethod: 'none',
    redirectUris: [],
    ...more,
  },
  mayRecallGrant,
});

const document: BindingVerdict = {
  kind: 'metadata-document',
  registration: {
    key: metadataUrl,
    kind: 'metadata-document',
    issuer: here,
    clientId: metadataUrl,
    authMethod: 'none',
    redirectUris: [],
  },
  mayRecallGrant: true,
};
const nothing: BindingVerdict = { kind: 'nothing', registration: null, mayRecallGrant: true };
const elsewhere = (issuer: string): BindingVerdict => ({ kind: 'bound-elsewhere', issuer });
const withoutIssuer: BindingVerdict = { kind: 'without-issuer' };
const ofStored = (one: StoredRegistration): BindingVerdict => ({
  kind: 'stored',
  registration: one.registration,
  mayRecallGrant: true,
});

type Row = readonly [what: string, given: Partial<BindingEvidence>, verdict: BindingVerdict];

describe('a client that the host registered here', () => {
  const ours = host({ issuer: here });

  test.each<Row>([
    ['BIND-1, REG-3: is used', { hostClients: [ours] }, preRegistered()],
    [
      'REG-1: comes before the document and before a stored registration',
      {
        hostClients: [ours],
        metadataUrl,
        stored: stored(),
        binding: bindingTo(bound(here, 'pre-registered', 'by-hand')),
      },
      preRegistered(),
    ],
    [
      'BIND-6: is used where the resource was bound elsewhere by hand',
      { hostClients: [ours], binding: bindingTo(bound(other, 'pre-registered')) },
      preRegistered(),
    ],
    [
      'REG-3: of two, the first that is of here',
      { hostClients: [host({ issuer: other, clientId: 'x' }), ours, host({ issuer: here, clientId: 'y' })] },
      preRegistered(),
    ],
    [
      'BIND-10: comes before credentials without an issuer',
      { hostClients: [host({ clientId: 'x', trustsFirstIssuer: true }), ours] },
      preRegistered(),
    ],
    ['BIND-6: for this resource', { hostClients: [host({ issuer: here, resource })] }, preRegistered()],
    [
      'BIND-6: for this resource, as a parser reads it',
      { hostClients: [host({ issuer: here, resource: 'HTTPS://RS.example:443/mcp' })] },
      preRegistered(),
    ],
    [
      'BIND-6: for a parent of this resource: is not for it',
      { hostClients: [host({ issuer: here, resource: 'https://rs.example/' })] },
      nothing,
    ],
    [
      'BIND-6: for another resource: is not for it',
      { hostClients: [host({ issuer: here, resource: 'https://rs.example/mcp/' })] },
      nothing,
    ],
    [
      'BIND-2, BIND-6: at an issuer that differs by a slash: is not of here, and nothing else is tried',
      { hostClients: [host({ issuer: `${here}/` })], stored: stored() },
      elsewhere(`${here}/`),
    ],
    [
      'BIND-2: at an issuer that differs by two slashes: is not of here',
      { hostClients: [host({ issuer: `${here}//` })] },
      nothing,
    ],
    [
      'BIND-3: beside one of here that differs by a slash: the one of here is used',
      { hostClients: [host({ clientId: 'x', issuer: `${here}/` }), host({ issuer: here })] },
      preRegistered(),
    ],
    [
      'BIND-6: for another resource, and by a slash: is not for it',
      { hostClients: [host({ issuer: `${here}/`, resource: 'https://rs.example/other' })] },
      nothing,
    ],
    [
      'BIND-2: at an issuer that differs by case: is not of here',
      { hostClients: [host({ issuer: 'https://AS.example' })] },
      nothing,
    ],
  ])('%s', (_what, given, verdict) => {
    expect(judgeBinding(evidence(given))).toEqual(verdict);
  });

  test.each<readonly [string, Partial<HostClient>, readonly string[], Registration['authMethod']]>([
    ['nothing: none', {}, ['client_secret_post'], 'none'],
    ['a secret: as the server offers', { hasSecret: true }, ['client_secret_post'], 'client_secret_post'],
    [
      'a secret: Basic first',
      { hasSecret: true },
      ['client_secret_post', 'client_secret_basic'],
      'client_secret_basic',
    ],
    ['a private key', { hasPrivateKey: true }, ['client_secret_basic'], 'private_key_jwt'],
    ['both: the key', { hasSecret: true, hasPrivateKey: true }, [], 'private_key_jwt'],
    [
      'what was agreed, whatever it has',
      { hasSecret: true, hasPrivateKey: true, authMethod: 'client_secret_post' },
      ['none'],
      'client_secret_post',
    ],
  ])('TOK-11: authenticates with %s', (_what, client, authMethods, authMethod) => {
    const given = { hostClients: [host({ issuer: here, ...client })], server: { issuer: here, authMethods } };
    expect(judgeBinding(evidence(given))).toEqual(preRegistered({ authMethod }));
  });

  test.each<readonly [string, BindingEvidence['binding'], boolean]>([
    ['none was kept', null, true],
    ['it is of this client', bindingTo(bound(here, 'pre-registered', 'by-hand')), true],
    ['it is of another client', bindingTo(bound(here, 'pre-registered', 'before')), false],
    ['it is of another kind of client', bindingTo(bound(here, 'dynamic', 'before')), false],
    [
      'another client is bound at another server only',
      bindingTo(bound(other, 'dynamic', 'before'), bound(here, 'pre-registered', 'by-hand')),
      true,
    ],
    [
      'another client was bound here before',
      bindingTo(bound(other, 'dynamic', 'by-hand'), bound(here, 'dynamic', 'before')),
      false,
    ],
  ])('BIND-11: its grant may be recalled unless it is of another client: %s', (_what, binding, may) => {
    expect(judgeBinding(evidence({ hostClients: [ours], binding }))).toEqual(preRegistered({}, may));
  });
});

describe('bound by hand before, and the resource names another server now', () => {
  const moved = bindingTo(bound(other, 'pre-registered', 'by-hand'));

  test.each<Row>([
    ['rejected', { binding: moved }, elsewhere(other)],
    [
      'rejected although every other way is open',
      {
        binding: bindingTo(bound(other, 'pre-registered'), bound(here, 'metadata-document', metadataUrl)),
        metadataUrl,
        stored: stored(),
      },
      elsewhere(other),
    ],
    [
      'rejected before anything is pinned',
      { binding: moved, hostClients: [host({ trustsFirstIssuer: true })] },
      elsewhere(other),
    ],
    [
      'where it is bound is named, not where the host has other credentials',
      { binding: moved, hostClients: [host({ issuer: third, resource })] },
      elsewhere(other),
    ],
    ['not for a registered client', { binding: bindingTo(bound(other, 'dynamic')) }, nothing],
    ['not for a document', { binding: bindingTo(bound(other, 'metadata-document')) }, nothing],
    [
      'not for a server before the current one',
      { binding: bindingTo(bound(third, 'dynamic'), bound(other, 'pre-registered')) },
      nothing,
    ],
    ['not where the resource is bound here', { binding: bindingTo(bound(here, 'pre-registered')) }, nothing],
    [
      'not by a binding that says nothing of its server',
      { binding: { current: other, servers: [] } },
      nothing,
    ],
  ])('BIND-6: %s', (_what, given, verdict) => {
    expect(judgeBinding(evidence(given))).toEqual(verdict);
  });
});

describe('credentials without an issuer', () => {
  const trusting = host({ trustsFirstIssuer: true });
  const pin = (issuer: string, clientId = 'by-hand') => ({ clientId, issuer });

  test.each<Row>([
    ['are not used', { hostClients: [host()] }, withoutIssuer],
    [
      'are not used, and nothing else is either',
      {
        hostClients: [host()],
        metadataUrl,
        stored: stored(),
        binding: bindingTo(bound(here, 'metadata-document', metadataUrl)),
      },
      withoutIssuer,
    ],
    ['of another resource are none of ours', { hostClients: [host({ resource: other })] }, nothing],
    ['are not used by a pin alone', { hostClients: [host()], pin: pin(here) }, withoutIssuer],
    [
      'the first of them decides',
      { hostClients: [host(), host({ clientId: 'x', trustsFirstIssuer: true })] },
      withoutIssuer,
    ],
    [
      'that may be trusted are pinned first',
      { hostClients: [trusting] },
      { kind: 'pin', clientId: 'by-hand' },
    ],
    [
      'the pin of another client is none',
      { hostClients: [trusting], pin: pin(here, 'x') },
      { kind: 'pin', clientId: 'by-hand' },
    ],
    ['pinned here: are used', { hostClients: [trusting], pin: pin(here) }, preRegistered()],
    [
      'pinned here: their grant may be recalled unless it is of another client',
      { hostClients: [trusting], pin: pin(here), binding: bindingTo(bound(here, 'dynamic')) },
      preRegistered({}, false),
    ],
    [
      'pinned here: authenticate as the server offers',
      { hostClients: [{ ...trusting, hasSecret: true }], pin: pin(here) },
      preRegistered({ authMethod: 'client_secret_post' }),
    ],
    ['pinned elsewhere: are not used', { hostClients: [trusting], pin: pin(other) }, elsewhere(other)],
    [
      'pinned to an issuer that differs by a slash: are not used',
      { hostClients: [trusting], pin: pin(`${here}/`) },
      elsewhere(`${here}/`),
    ],
    [
      'that may be trusted come before those of another issuer',
      { hostClients: [host({ clientId: 'x', issuer: other, resource }), trusting] },
      { kind: 'pin', clientId: 'by-hand' },
    ],
  ])('BIND-10: %s', (_what, given, verdict) => {
    expect(judgeBinding(evidence(given))).toEqual(verdict);
  });
});

describe('credentials of another issuer', () => {
  test.each<Row>([
    ['for this resource: rejected', { hostClients: [host({ issuer: other, resource })] }, elsewhere(other)],
    [
      'for this resource: rejected although every other way is open',
      {
        hostClients: [host({ issuer: other, resource })],
        metadataUrl,
        stored: stored(),
        binding: bindingTo(bound(here, 'metadata-document', metadataUrl)),
      },
      elsewhere(other),
    ],
    [
      'for this resource: named before credentials without an issuer',
      { hostClients: [host({ resource }), host({ issuer: other, resource })] },
      elsewhere(other),
    ],
    [
      'of several for this resource, the first is named',
      {
        hostClients: [
          host({ issuer: third }),
          host({ issuer: other, resource }),
          host({ issuer: here + 1, resource }),
        ],
      },
      elsewhere(other),
    ],
    ['for no resource: none of our business', { hostClients: [host({ issuer: other })] }, nothing],
    [
      'for another resource: none of our business',
      { hostClients: [host({ issuer: other, resource: `${resource}/other` })] },
      nothing,
    ],
    [
      'for no resource, beside credentials without an issuer',
      { hostClients: [host({ issuer: other }), host({ clientId: 'x' })] },
      withoutIssuer,
    ],
  ])('BIND-6: %s', (_what, given, verdict) => {
    expect(judgeBinding(evidence(given))).toEqual(verdict);
  });
});

describe('what the store remembers', () => {
  const expiring = (at: number) => stored({}, at);

  test.each<Row>([
    ['BIND-4: nothing', {}, nothing],
    ['BIND-11: a registration of here', { stored: stored() }, ofStored(stored())],
    ['BIND-4: none of another issuer', { stored: stored({ issuer: other }) }, nothing],
    [
      'BIND-1: none of an issuer that differs by a slash',
      { stored: stored({ issuer: `${here}/` }) },
      nothing,
    ],
    ['REG-7, R08: one whose secret is good', { stored: expiring(now + 1) }, ofStored(expiring(now + 1))],
    ['REG-7, R08: none whose secret ends now', { stored: expiring(now) }, nothing],
    ['REG-7, R08: none whose secret has expired', { stored: expiring(now - 1) }, nothing],
    [
      'BIND-5: a document that was used here',
      { metadataUrl, binding: bindingTo(bound(here, 'metadata-document', metadataUrl)), stored: stored() },
      document,
    ],
    [
      'BIND-11: a document that was used here before the current server',
      {
        metadataUrl,
        binding: bindingTo(bound(other, 'dynamic'), bound(here, 'metadata-document', metadataUrl)),
      },
      document,
    ],
    [
      'BIND-5: a document that was used elsewhere is not known here yet',
      { metadataUrl, binding: bindingTo(bound(other, 'metadata-document', metadataUrl)) },
      nothing,
    ],
    ['BIND-5: a document that was never used is not known yet', { metadataUrl }, nothing],
    [
      'REG-2: not a document that the host has replaced',
      { metadataUrl, binding: bindingTo(bound(here, 'metadata-document', `${metadataUrl}?old`)) },
      nothing,
    ],
    [
      'REG-2: not a document that the host does not have any more',
      { binding: bindingTo(bound(here, 'metadata-document', metadataUrl)), stored: stored() },
      ofStored(stored()),
    ],
    [
      'BIND-7: an id that looks like the document, and was registered, is no document',
      {
        metadataUrl,
        binding: bindingTo(bound(here, 'dynamic', metadataUrl)),
        stored: stored({ clientId: metadataUrl }),
      },
      ofStored(stored({ clientId: metadataUrl })),
    ],
  ])('%s', (_what, given, verdict) => {
    expect(judgeBinding(evidence(given))).toEqual(verdict);
  });
});

/** Every combination of one choice for each name. */
function combinations(
  choices: Partial<{ [Name in keyof BindingEvidence]: readonly BindingEvidence[Name][] }>,
) {
  return Object.entries(choices).reduce<readonly Partial<BindingEvidence>[]>(
    (made, [name, values]) => made.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

describe('over all evidence', () => {
  const clients = [
    ...[undefined, here, other].flatMap((issuer) =>
      [undefined, resource, `${resource}/other`].map((only) =>
        host({
          clientId: `by-hand-${issuer}-${only}`,
          ...(issuer !== undefined && { issuer }),
          ...(only !== undefined && { resource: only }),
        }),
      ),
    ),
    host({ clientId: 'trusting', trustsFirstIssuer: true }),
  ];
  const kinds = ['pre-registered', 'metadata-document', 'dynamic'] as const;
  const bindings = [
    null,
    ...[here, other].flatMap((at) => kinds.map((kind) => bindingTo(bound(at, kind, metadataUrl)))),
  ];
  const all = combinations({
    hostClients: [[], ...clients.map((one) => [one]), ...clients.flatMap((a) => clients.map((b) => [a, b]))],
    binding: bindings,
    pin: [null, { clientId: 'trusting', issuer: here }, { clientId: 'trusting', issuer: other }],
    metadataUrl: [null, metadataUrl],
    stored: [null, stored(), stored({ issuer: other }), stored({}, now)],
  }).map(evidence);

  test('BIND-2, BIND-12: a client that is used is of this issuer, and was given or kept for it', () => {
    expect(all.length).toBeGreaterThan(10_000);
    for (const one of all) {
      const verdict = judgeBinding(one);
      if (!('registration' in verdict) || verdict.registration === null) continue;
      expect(verdict.registration.issuer).toBe(here);
      const { clientId } = verdict.registration;
      const given = one.hostClients.find((client) => client.clientId === clientId);
      const isGiven = given?.issuer === here || (given?.trustsFirstIssuer && one.pin?.issuer === here);
      expect(isGiven || clientId === one.metadataUrl || clientId === one.stored?.registration.clientId).toBe(
        true,
      );
    }
  });

  test('BIND-6, BIND-10: where the host has credentials for this resource alone, no other client is ever used', () => {
    for (const one of all) {
      if (!one.hostClients.some((client) => client.resource === resource)) continue;
      expect(['pre-registered', 'bound-elsewhere', 'without-issuer', 'pin']).toContain(
        judgeBinding(one).kind,
      );
    }
  });

  test('BIND-10: a pin is asked for once: with it there is a verdict', () => {
    for (const one of all) {
      const verdict = judgeBinding(one);
      if (verdict.kind !== 'pin') continue;
      for (const issuer of [here, other]) {
        const after = judgeBinding({ ...one, pin: { clientId: verdict.clientId, issuer } });
        expect(after.kind).toBe(issuer === here ? 'pre-registered' : 'bound-elsewhere');
      }
    }
  });
});

describe('a registration that a person was awaited with in vain', () => {
  const inVain = { stored: stored({}, undefined, true) };
  const server = { issuer: here, authMethods: [], registrationEndpoint: `${here}/register` };

  test.each<[string, Partial<BindingEvidence>, BindingVerdict['kind']]>([
    ['is no client when somebody asks for a login', { server, isAskedFor: true }, 'nothing'],
    ['is one while nobody does', { server, isAskedFor: false }, 'stored'],
    ['is one where the host registers nobody', { server, isAskedFor: true, mayRegister: false }, 'stored'],
    [
      'is one where the server registers nobody',
      { server: { issuer: here, authMethods: [] }, isAskedFor: true },
      'stored',
    ],
  ])('REG-10: %s', (_what, more, kind) => {
    expect(judgeBinding(evidence({ ...inVain, ...more })).kind).toBe(kind);
  });

  test('REG-10: without such a wait it is a client for everybody', () => {
    expect(judgeBinding(evidence({ stored: stored(), server, isAskedFor: true })).kind).toBe('stored');
  });
});
