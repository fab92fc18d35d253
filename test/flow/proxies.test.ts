// A whole login by way of a proxy, and what is said when a proxy or a certificate stands in the way.
import { describe, expect, test, vi } from 'vitest';
import { headlessUserAgent, nodeFetch } from '../../adapters/node.ts';
import type { AuthError, TraceFact } from '../../index.ts';
import { callTool, standing, testEngine } from '../support/engine.ts';
import { obstacle, useSecureSetting } from '../support/secureSetting.ts';

const resource = 'https://mcp.test/mcp';
const errorOf = (work: Promise<unknown>): Promise<AuthError> =>
  work.then(
    () => undefined as never,
    (error) => error,
  );

describe.skipIf(obstacle !== undefined)('an engine with the fetch of the environment', () => {
  const setting = useSecureSetting();
  const caFile = () => setting().authority.file;
  const engineWith = (fetch: typeof globalThis.fetch, onTrace = (_: TraceFact) => {}) =>
    testEngine(resource, { fetch, userAgent: headlessUserAgent({ fetch }), onTrace });

  test('logs in, renews and logs out by way of the proxy alone, and tells its password to nobody', async () => {
    const { world, names } = await setting().world();
    const proxy = await setting().proxy({ names });
    vi.stubEnv('HTTPS_PROXY', proxy.url.replace('://', '://ada:hush-hush@'));
    const told: unknown[] = [];
    const { engine, session, progress } = engineWith(nodeFetch({ caFile: caFile() }), (fact) =>
      told.push(fact),
    );
    expect((await callTool(session, 'read')).status).toBe(200);
    world.expireAccessTokens();
    expect((await callTool(session, 'read')).status).toBe(200);
    await session.logout();
    expect([...new Set(proxy.requests)]).toEqual(['CONNECT mcp.test:443', 'CONNECT a.test:443']);
    const basic = Buffer.from('ada:hush-hush').toString('base64');
    expect([...new Set(proxy.authorizations)]).toEqual([`Basic ${basic}`]);
    const sinks = JSON.stringify([told, progress, session.explain(), session.snapshot]);
    expect(sinks).not.toMatch(/hush-hush/);
    expect(sinks).not.toContain(basic);
    expect(world.lines('a').slice(-2)).toEqual(['POST /revoke', 'POST /revoke']);
    await engine.dispose();
  });

  test('P02: judges addresses as before: the proxy does not hear of one that is refused', async () => {
    const { world, names } = await setting().world();
    const proxy = await setting().proxy({ names });
    world.documents.resource['authorization_servers'] = ['https://127.0.0.1:8443'];
    const { engine, session } = engineWith(nodeFetch({ proxy: proxy.url, caFile: caFile() }));
    const error = await errorOf(session.login());
    expect(error).toMatchObject({ code: 'address_refused' });
    expect([...new Set(proxy.requests)]).toEqual(['CONNECT mcp.test:443']);
    await engine.dispose();
  });

  test.each([
    [407, 'unreachable in discovering, fix-config', /asks for a user and a password/],
    [403, 'unreachable in discovering, fix-config', /does not lead to mcp\.test \(403\)/],
    [502, 'unreachable in discovering, retry-later', /could not reach mcp\.test \(502\)/],
  ])('names the proxy when it answers %i', async (status, expected, sentence) => {
    const proxy = await setting().proxy({ status });
    const given = proxy.url.replace('://', '://ada:hush-hush@');
    const { engine, session } = engineWith(nodeFetch({ proxy: given }));
    const error = await errorOf(session.login());
    expect(standing(session)).toContain(expected);
    expect(error.message).toMatch(sentence);
    expect(error.message).toContain(`The proxy ${proxy.host} `);
    expect(await errorOf(session.fetch(resource))).toMatchObject({
      code: 'unreachable',
      phase: 'requesting',
    });
    expect(JSON.stringify([error, error.message, error.stack, session.explain()])).not.toContain('hush-hush');
    await engine.dispose();
  });

  test('names the proxy when it is not there', async () => {
    const { host, url, close } = await setting().proxy();
    await close();
    const { engine, session } = engineWith(nodeFetch({ proxy: url.replace('://', '://ada:hush-hush@') }));
    const error = await errorOf(session.login());
    expect(error).toMatchObject({ code: 'unreachable', recovery: 'retry-later' });
    expect(error.message).toBe(
      `The proxy ${host} on the way to mcp.test could not be reached (ECONNREFUSED); check the proxy that is set, and try again later.`,
    );
    await engine.dispose();
  });

  test.each<[string, readonly string[], number, boolean, string, string, RegExp]>([
    [
      'is not trusted',
      ['DNS:mcp.test'],
      2,
      false,
      'certificate_untrusted',
      'fix-config',
      /NODE_EXTRA_CA_CERTS/,
    ],
    ['has expired', ['DNS:mcp.test'], -1, true, 'certificate_invalid', 'none', /clock of this machine/],
    ['is for another name', ['DNS:b.test'], 2, true, 'certificate_invalid', 'none', /check the address/],
  ])(
    'D45: a certificate that %s ends the connection, and the sentence says so',
    async (why, names, days, isTrusted, code, recovery, advice) => {
      const { authority } = setting();
      const port = await setting().server(authority.sign(names, days));
      const proxy = await setting().proxy({ names: { 'mcp.test:443': port } });
      const { engine, session } = engineWith(
        nodeFetch({ proxy: proxy.url, ...(isTrusted && { caFile: caFile() }) }),
      );
      for (const [phase, work] of [
        ['discovering', () => session.login()],
        ['requesting', () => session.fetch(resource)],
      ] as const) {
        const error = await errorOf(work());
        expect(error).toMatchObject({ code, recovery, phase });
        expect(error.message).toMatch(new RegExp(`^The certificate of mcp\\.test ${why}`));
        expect(error.message).toMatch(advice);
      }
      await engine.dispose();
    },
  );

  test('D45: without a proxy and a file it is the same', async () => {
    const port = await setting().server(setting().authority.sign(['IP:127.0.0.1']));
    const { engine, session } = testEngine(`https://127.0.0.1:${port}/mcp`);
    const error = await errorOf(session.login());
    expect(error).toMatchObject({ code: 'certificate_untrusted', recovery: 'fix-config' });
    expect(error.message).toContain(`The certificate of 127.0.0.1:${port} is not trusted`);
    await engine.dispose();
  });

  test('D45: a login outlives the time in which another answers in the place of its server', async () => {
    const { world, names } = await setting().world();
    const proxy = await setting().proxy({ names });
    const good = nodeFetch({ proxy: proxy.url, caFile: caFile() });
    const untrusting = nodeFetch({ proxy: proxy.url });
    let isIntercepted = false;
    const { engine, session } = engineWith((input, init) => {
      const { hostname } = new URL(input instanceof Request ? input.url : input);
      return isIntercepted && hostname === 'a.test' ? untrusting(input, init) : good(input, init);
    });
    expect((await callTool(session, 'read')).status).toBe(200);
    world.expireAccessTokens();
    isIntercepted = true;
    expect((await callTool(session, 'read')).status).toBe(401);
    expect(session.explain().failure).toMatchObject({ code: 'certificate_untrusted' });
    isIntercepted = false;
    expect((await callTool(session, 'read')).status).toBe(200);
    expect(world.requests('a', 'GET', '/authorize')).toHaveLength(1);
    await engine.dispose();
  });
});
