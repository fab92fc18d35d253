// A resource behind something that ends TLS: it does not know that people reach it by https, and points to itself by http.
import { describe, expect, test } from 'vitest';
import { headlessUserAgent, nodeFetch } from '../../adapters/node.ts';
import { callTool, standing, testEngine } from '../support/engine.ts';
import { obstacle, useSecureSetting } from '../support/secureSetting.ts';

const resource = 'https://mcp.test/mcp';
const metadata = '/.well-known/oauth-protected-resource/mcp';

describe.skipIf(obstacle !== undefined)('a challenge of a resource behind TLS', () => {
  const setting = useSecureSetting();

  async function start(pointer: string) {
    const { world, names } = await setting().world();
    const proxy = await setting().proxy({ names });
    world.pointer = pointer;
    const fetch = nodeFetch({ proxy: proxy.url, caFile: setting().authority.file });
    return { world, proxy, ...testEngine(resource, { fetch, userAgent: headlessUserAgent({ fetch }) }) };
  }

  test.each([`http://mcp.test${metadata}`, `http://mcp.test:8080${metadata}`])(
    'DISC-2: to %s is asked by https, and nothing is sent by http',
    async (pointer) => {
      const { world, proxy, engine, session } = await start(pointer);
      expect((await callTool(session, 'read')).status).toBe(200);
      expect(world.requests('resource', 'GET', metadata)).toHaveLength(1);
      expect([...new Set(proxy.requests)]).toEqual(['CONNECT mcp.test:443', 'CONNECT a.test:443']);
      await engine.dispose();
    },
  );

  test('DISC-2: to another host by http is refused, and nothing is sent there', async () => {
    const { proxy, engine, session } = await start(`http://b.test${metadata}`);
    expect((await callTool(session, 'read')).status).toBe(401);
    expect(standing(session)).toContain('address_refused in discovering');
    expect([...new Set(proxy.requests)]).toEqual(['CONNECT mcp.test:443']);
    await engine.dispose();
  });

  test('DISC-4: whose metadata speaks of itself by http is refused, and the sentence says what its operator has to set', async () => {
    const { world, engine, session } = await start(`http://mcp.test${metadata}`);
    world.documents.resource['resource'] = 'http://mcp.test/mcp';
    await expect(session.login()).rejects.toMatchObject({
      code: 'resource_mismatch',
      message: expect.stringMatching(/nothing was sent, its operator has to set the public https address/),
    });
    expect(world.lines('a')).toEqual([]);
    await engine.dispose();
  });
});
