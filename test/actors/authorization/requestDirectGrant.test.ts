// A grant without a person: what is sent to the authorization server, and to the identity provider before.
import { describe, expect, it } from 'vitest';
import { requestDirectGrant } from '../../../actors/authorization/requestDirectGrant.ts';
import { registrationFacts, serverFacts } from '../../../actors/records/facts.ts';
import type { GrantOptions, Policy } from '../../../actors/tools/hostOptions.ts';
import type { Work } from '../../../contract/work.ts';
import { samples } from '../../stores/recordSamples.ts';
import { failureOf } from '../../support/engine.ts';
import { doorThat, type Reply } from '../door.ts';
import { stored } from '../stored.ts';
import { toolsFor } from '../tools.ts';

const of = samples();
const { session, server } = of.pending.value;
const { issuer } = server;
const never = new AbortController().signal;
const resource = 'https://mcp.example/mcp';
const tokenEndpoint = 'https://idp.example/token';
const idJag = 'urn:ietf:params:oauth:token-type:id-jag';

const issued: Reply = { body: { access_token: 'new-access', token_type: 'Bearer', expires_in: 600 } };
const exchanged: Reply = { body: { access_token: 'the.assertion.0123456789', issued_token_type: idJag } };

type Input = Work['requestDirectGrant']['input'];
const input = (change: Partial<Input> = {}): Input => ({
  session,
  server: { ...serverFacts(server), authMethods: ['client_secret_basic', 'client_secret_post'] },
  registration: registrationFacts('k', issuer, {
    ...of.registration.value.client,
    kind: 'pre-registered',
    redirectUris: [],
  }),
  resource,
  scopes: ['read', 'write'],
  ...change,
});

function requesting(
  grant: GrantOptions,
  reply: Parameters<typeof doorThat>[0] = () => issued,
  policy: Policy = {},
) {
  const door = doorThat((asked, before) => (asked.url === tokenEndpoint ? exchanged : reply(asked, before)));
  const preRegistered = [{ clientId: 'client', issuer, clientSecret: 'the secret' }];
  const { tools, clock } = toolsFor({
    doorOf: door.doorOf,
    client: { name: 'Test', grant, preRegistered },
    policy,
  });
  const run = (given: Partial<Input> = {}) => requestDirectGrant(tools)(input(given), never);
  return { tools, clock, door, run };
}

const own: GrantOptions = { kind: 'client-credentials' };
const workload: GrantOptions = { kind: 'workload', assertion: async () => 'the.assertion.0123456789' };
const enterprise = (clientSecret?: string): GrantOptions => ({
  kind: 'enterprise',
  identityProvider: {
    tokenEndpoint,
    clientId: 'at the provider',
    ...(clientSecret !== undefined && { clientSecret }),
  },
  idToken: async () => 'the.id.token',
});
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

describe('a grant of the client itself', () => {
  it('EXT-1: is asked for with its scopes and its resource, and stored', async () => {
    const { tools, clock, door, run } = requesting(own);
    const { at, grant } = await run();
    expect(door.asked.map(({ url, form }) => [url, form])).toEqual([
      [`${issuer}/token`, { grant_type: 'client_credentials', resource, scope: 'read write' }],
    ]);
    expect(at).toBe(clock.now());
    expect(grant).toMatchObject({ issuer, clientId: 'client', requested: ['read', 'write'] });
    expect(await stored(tools, 'grant')).toMatchObject({ accessToken: 'new-access', resource });
    expect((await stored(tools, 'binding'))?.current).toBe(issuer);
  });

  it('EXT-1: is asked for without what is empty', async () => {
    const { door, run } = requesting(own, undefined, { dangerouslyOmitResourceAt: [issuer] });
    await run({ scopes: [] });
    expect(door.asked[0]?.form).toEqual({ grant_type: 'client_credentials' });
  });

  it.each([
    ['EXT-4', workload, ['Basic']],
    ['EXT-1', own, ['Basic', undefined]],
  ])(
    '%s: is asked for once by an assertion, and else by another method as well',
    async (_rule, grant, methods) => {
      const { door, run } = requesting(grant, () => ({ status: 401, body: { error: 'invalid_client' } }));
      expect(await failureOf(run())).toMatchObject({ code: 'client_refused', phase: 'authorizing' });
      const sent = door.asked.map(({ headers }) => new Headers(headers).get('authorization')?.split(' ')[0]);
      expect(sent).toEqual(methods);
    },
  );
});

describe('a grant by an assertion', () => {
  it('EXT-4: is asked for with what the platform gives to the workload', async () => {
    const { door, run } = requesting(workload);
    await run();
    expect(door.asked.map(({ form }) => form)).toEqual([
      { grant_type: jwtBearer, assertion: 'the.assertion.0123456789', resource, scope: 'read write' },
    ]);
  });

  it('TOK-3: is refused without its assertion being quoted', async () => {
    const { run } = requesting(workload, () => ({
      status: 400,
      body: { error: 'invalid_request', error_description: 'not the.assertion.0123456789' },
    }));
    expect(JSON.stringify((await failureOf(run())).toFailure())).not.toContain('the.assertion.0123456789');
  });

  it.each<[string, GrantOptions]>([
    ["the workload's assertion", { kind: 'workload', assertion: async () => '' }],
    ["the person's identity token", { ...(enterprise() as object), idToken: async () => '' } as GrantOptions],
    ["the identity provider's client secret", enterprise('')],
  ])('EXT-3: is not asked for where the host does not give %s', async (what, grant) => {
    const { door, run } = requesting(grant);
    expect(await failureOf(run())).toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining(what),
    });
    expect(door.asked).toHaveLength(0);
  });

  it.each<[string | undefined, object]>([
    [undefined, {}],
    ['at-the-provider', { client_secret: 'at-the-provider' }],
  ])(
    'EXT-3: is asked for with what the identity provider gives for the identity token (%s)',
    async (secret, more) => {
      const { door, run } = requesting(enterprise(secret), undefined, {
        dangerouslySendResourceAs: { [issuer]: 'https://known.example/' },
      });
      await run();
      const [first, second] = door.asked;
      expect(first).toMatchObject({
        purpose: 'token',
        method: 'POST',
        resource: session.resource,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        form: {
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          requested_token_type: idJag,
          audience: issuer,
          resource: 'https://known.example/',
          scope: 'read write',
          subject_token: 'the.id.token',
          subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
          client_id: 'at the provider',
          ...more,
        },
      });
      expect(Object.keys(first?.form ?? {})).toHaveLength(8 + Object.keys(more).length);
      expect(second?.form).toMatchObject({ grant_type: jwtBearer, assertion: 'the.assertion.0123456789' });
    },
  );

  it('EXT-3: is asked for at the identity provider without what is empty', async () => {
    const { door, run } = requesting(enterprise(), undefined, { dangerouslyOmitResourceAt: [issuer] });
    await run({ scopes: [] });
    expect(door.asked[0]?.form).not.toHaveProperty('scope');
    expect(door.asked[0]?.form).not.toHaveProperty('resource');
  });

  it('EXT-3: that the identity provider refuses is not asked for', async () => {
    const refused = doorThat(() => ({ status: 400, body: { error: 'access_denied' } }));
    const { tools } = requesting(enterprise());
    const failing = { ...tools, doorOf: refused.doorOf };
    expect(await failureOf(requestDirectGrant(failing)(input(), never))).toMatchObject({
      code: 'assertion_failed',
      phase: 'authorizing',
      oauthError: 'access_denied',
    });
    expect(refused.asked).toHaveLength(1);
  });

  it('EXT-3: is not asked for where the identity provider is out of reach', async () => {
    const broken = doorThat(() => Promise.reject(new TypeError('no answer')));
    const { tools } = requesting(enterprise());
    const failing = { ...tools, doorOf: broken.doorOf };
    expect(await failureOf(requestDirectGrant(failing)(input(), never))).toMatchObject({
      phase: 'authorizing',
    });
  });
});
