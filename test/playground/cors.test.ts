// Apps in browsers: every request of a login and of a tool call may come from a page of another origin.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Playground, startPlayground } from '../../playground/playground.ts';

let world: Playground;
beforeAll(async () => {
  world = await startPlayground();
});
afterAll(() => world.close());

const PAGE = 'http://localhost:5173';

/** What a browser compares before a page may do it. */
async function preflight(url: string, method: string, headers: string) {
  const asks = {
    origin: PAGE,
    'access-control-request-method': method,
    'access-control-request-headers': headers,
  };
  const answer = await fetch(url, { method: 'OPTIONS', headers: asks });
  const allowed = (name: string) => answer.headers.get(`access-control-allow-${name}`) ?? '';
  return { status: answer.status, origin: allowed('origin'), headers: allowed('headers').split(/, ?/) };
}

test('the resource says to pages what it asks for, and hears their requests', async () => {
  const before = await preflight(world.resource, 'POST', 'authorization,content-type,mcp-protocol-version');
  expect(before).toEqual({ status: 204, origin: '*', headers: ['authorization', '*'] });
  const { status, headers } = await fetch(world.resource, { method: 'POST', headers: { origin: PAGE } });
  expect([status, headers.get('access-control-allow-origin')]).toEqual([401, '*']);
  expect(headers.get('access-control-expose-headers')).toContain('www-authenticate');
  const metadata = await fetch(`${world.origin}/.well-known/oauth-protected-resource/mcp`);
  expect(metadata.headers.get('access-control-allow-origin')).toBe('*');
});

test.each(['/register', '/token', '/revoke'])('a server answers pages at %s', async (path) => {
  const url = world.a.issuer + path;
  const before = await preflight(url, 'POST', 'content-type');
  expect(before.status).toBe(204);
  expect(['*', PAGE]).toContain(before.origin);
  const answer = await fetch(url, { method: 'POST', headers: { origin: PAGE } });
  expect(['*', PAGE]).toContain(answer.headers.get('access-control-allow-origin'));
});

test('the pages of a person are for no other page to read', async () => {
  const answer = await fetch(`${world.a.issuer}/authorize?client_id=x`, { headers: { origin: PAGE } });
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
});
