// A document that mixes servers, changes during a login, or stands at a place that is open to strangers.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../index.ts';
import { failureOf, personsTurn, standing, testEngine, testHost, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const metadataReads = (): number =>
  world.requests('a', 'GET', '/.well-known/oauth-authorization-server').length;
const tokenRequests = () =>
  world.received.filter(({ method, path }) => method === 'POST' && path.includes('token'));

describe('a document with endpoints of two servers', () => {
  beforeEach(() => {
    world.moveTo('b');
    // The server B of an attacker leads people to the page of the honest server A, and wants the code itself.
    world.documents.b['authorization_endpoint'] = `${world.origins.a}/authorize`;
  });

  it.each([true, false])(
    'D39: the issuer in the response is the honest one, so the attacker gets no code; metadata promises `iss`: %s',
    async (promised) => {
      world.documents.b['authorization_response_iss_parameter_supported'] = promised;
      const { session } = testEngine(world.resource);
      const failure = await failureOf(session.login());
      expect(failure).toMatchObject({
        code: 'response_issuer_mismatch',
        issuer: world.origins.b,
        otherIssuer: world.origins.a,
      });
      expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
      expect(tokenRequests()).toEqual([]);
    },
  );

  it('D39: a document that takes the name of the honest issuer is not used, and nobody is led anywhere', async () => {
    world.documents.b['issuer'] = world.origins.a;
    const { session } = testEngine(world.resource);
    expect(await failureOf(session.login())).toMatchObject({ code: 'issuer_mismatch' });
    expect(world.requests('a')).toEqual([]);
    expect(world.requests('b').map(({ method }) => method)).toEqual(['GET']);
  });
});

describe('metadata that changes while a person logs in', () => {
  /** From now on the document of A sends codes to another path, and promises no `iss`. */
  function change(): void {
    world.documents.a['token_endpoint'] = `${world.origins.a}/other-token`;
    world.documents.a['authorization_response_iss_parameter_supported'] = false;
  }

  it.each([
    ['here', false],
    ['after a restart', true],
  ])('D41: does not count: the code goes where the recorded copy says, %s', async (_where, isRestarted) => {
    const { userAgent, presented } = testHost();
    const options = { userAgent, store: memoryStore(), policy: { rememberMetadata: 0 } };
    const first = testEngine(world.resource, options);
    const login = first.session.login().catch(() => undefined);
    await personsTurn(first.session);
    const reads = metadataReads();
    change();
    if (isRestarted) await first.engine.dispose();
    const { engine, session } = isRestarted ? testEngine(world.resource, options) : first;
    await engine.complete(await visit(presented[0]));
    await login;
    expect(standing(session)).toMatch(/^authorized/);
    expect(tokenRequests().map(({ path }) => path)).toEqual(['/token']);
    expect(metadataReads()).toBe(reads);
    await engine.dispose();
  });

  it('D41: does not count: the response needs the issuer that the recorded copy promised', async () => {
    const { userAgent, presented } = testHost();
    const { engine, session } = testEngine(world.resource, { userAgent, policy: { rememberMetadata: 0 } });
    const login = failureOf(session.login());
    await personsTurn(session);
    change();
    const response = new URL(await visit(presented[0]));
    response.searchParams.delete('iss');
    await engine.complete(response.href).catch(() => {});
    expect(await login).toMatchObject({ code: 'response_issuer_missing' });
    expect(tokenRequests()).toEqual([]);
    await engine.dispose();
  });
});

describe('a document at an open path of the origin of the resource', () => {
  it.each<[string, () => string]>([
    [
      'speaks of the open path',
      () => {
        world.addResource('/files', 'b');
        return `${world.origins.resource}/.well-known/oauth-protected-resource/files`;
      },
    ],
    [
      'speaks of the whole origin',
      () => {
        const body = { resource: world.origins.resource, authorization_servers: [world.origins.b] };
        world.script('resource GET /files/upload.json', () => ({ body }));
        return `${world.origins.resource}/files/upload.json`;
      },
    ],
  ])('M05: does not apply to the resource, and its server hears nothing: it %s', async (_what, place) => {
    world.pointer = place();
    const { session } = testEngine(world.resource);
    expect(await failureOf(session.login())).toMatchObject({ code: 'resource_mismatch' });
    expect(standing(session)).toMatch(/^rejected/);
    expect(world.requests('b')).toEqual([]);
  });

  it('M05: is not looked for where the resource does not point to it', async () => {
    world.addResource('/files', 'b');
    world.pointer = null;
    const { session } = testEngine(world.resource);
    await session.login();
    expect(session.explain().server?.issuer).toBe(world.origins.a);
    expect(world.requests('b')).toEqual([]);
  });
});
