// The device grant: the code for the person, the pages where it is typed, and the functions that act as the person.
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Playground, startPlayground } from '../../playground/playground.ts';
import {
  basicClient,
  type Cookies,
  type Credentials,
  callTool,
  errorOf,
  postAs,
  postToken,
  publicClient,
  refresh,
  register,
  serverMetadata,
  tokensOf,
  visit,
} from './rawClient.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

let world: Playground;
beforeEach(async () => {
  world = await startPlayground();
});
afterEach(() => world.close());

const Started = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string(),
  expires_in: z.number(),
  interval: z.number().optional(),
});

async function ask(issuer: string, client: Credentials, resource = world.resource): Promise<Response> {
  const { device_authorization_endpoint } = await serverMetadata(issuer);
  return postAs(client, device_authorization_endpoint, { scope: 'notes:read notes:write', resource });
}

async function start(issuer: string, client: Credentials) {
  return Started.parse(await (await ask(issuer, client)).json());
}

function poll(issuer: string, client: Credentials, deviceCode: string, resource = world.resource) {
  const form = { grant_type: GRANT, device_code: deviceCode, resource };
  return postToken(issuer, client, form);
}

const cimd = () => publicClient(world.clientMetadataUrl);

describe('a device login', () => {
  test.each([
    ['by its metadata document', async () => cimd()],
    [
      'registered dynamically',
      () => register(world.a.issuer, 'none', [GRANT, 'refresh_token', 'authorization_code']),
    ],
    [
      'registered by hand',
      async () => basicClient(world.a.preRegistered.clientId, world.a.preRegistered.clientSecret),
    ],
  ])('of a client known %s: pending, approved, tokens for the resource, refreshed', async (_name, known) => {
    const client = await known();
    const { issuer } = world.a;
    const { device_code, user_code, interval } = await start(issuer, client);
    expect(interval).toBeUndefined();
    expect(await errorOf(await poll(issuer, client, device_code))).toBe('400 authorization_pending');
    await world.approveDevice(user_code);
    const tokens = await tokensOf(await poll(issuer, client, device_code));
    expect(tokens.scope).toBe('notes:read notes:write');
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: world.resource, client_id: client.clientId });
    expect((await callTool(world, tokens.access_token, 'write_note')).status).toBe(200);
    expect(await errorOf(await poll(issuer, client, device_code))).toBe('400 invalid_grant');
    // RFC 8628 §3.5 does not say what happens. This server ends the whole grant when a code is used again.
    expect((await callTool(world, tokens.access_token, 'write_note')).status).toBe(401);
  });

  test('gives refresh tokens that rotate', async () => {
    const { device_code, user_code } = await start(world.b.issuer, cimd());
    world.moveTo('b');
    await world.approveDevice(user_code.toLowerCase().replace('-', ' '));
    const first = await tokensOf(await poll(world.b.issuer, cimd(), device_code));
    const second = await refresh(world, world.b.issuer, cimd(), first.refresh_token);
    if (typeof second === 'string') throw new Error(second);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await callTool(world, second.access_token, 'write_note')).status).toBe(200);
  });

  test('works where authorization requests must be pushed, since it sends none', async () => {
    const strict = await startPlayground({ requirePushedAuthorization: true });
    try {
      const client = publicClient(strict.clientMetadataUrl);
      const started = Started.parse(await (await ask(strict.a.issuer, client, strict.resource)).json());
      await strict.approveDevice(started.user_code);
      expect((await poll(strict.a.issuer, client, started.device_code, strict.resource)).status).toBe(200);
    } finally {
      await strict.close();
    }
  });

  test('denied', async () => {
    const { device_code, user_code } = await start(world.a.issuer, cimd());
    await world.denyDevice(user_code);
    expect(await errorOf(await poll(world.a.issuer, cimd(), device_code))).toBe('400 access_denied');
  });

  test('is refused to a client that did not register the grant, and for another resource', async () => {
    const other = await register(world.a.issuer, 'none');
    const refused = await ask(world.a.issuer, other);
    // RFC 8628 §3.1 has the error `unauthorized_client` for this. This server answers `invalid_request`.
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('not allowed')]);
    expect(await errorOf(await ask(world.a.issuer, cimd(), `${world.origin}/other`))).toBe(
      '400 invalid_target',
    );
  });

  test('devicePollSeconds: the interval in the answer to the device', async () => {
    const hasty = await startPlayground({ devicePollSeconds: 1 });
    try {
      const response = await ask(hasty.a.issuer, publicClient(hasty.clientMetadataUrl), hasty.resource);
      expect(Started.parse(await response.json()).interval).toBe(1);
    } finally {
      await hasty.close();
    }
  });
});

describe('approveDevice and denyDevice', () => {
  test('throw for a code that was never issued, and for one that was used', async () => {
    await expect(world.approveDevice('AAAA-AAAA')).rejects.toThrow('no server has issued this user code');
    const { user_code } = await start(world.a.issuer, cimd());
    await world.approveDevice(user_code);
    await expect(world.denyDevice(user_code)).rejects.toThrow('was not accepted');
  });

  test('do not use up denyNextConsent, which is for consent without a browser', async () => {
    world.denyNextConsent();
    const { device_code, user_code } = await start(world.a.issuer, cimd());
    await world.approveDevice(user_code);
    expect((await poll(world.a.issuer, cimd(), device_code)).status).toBe(200);
  });

  test('are recorded with the user agent of the person', async () => {
    const { user_code } = await start(world.a.issuer, cimd());
    world.forgetExchanges();
    await world.approveDevice(user_code);
    const agents = world.exchanges.map(({ headers }) => headers['user-agent']);
    expect(new Set(agents)).toEqual(new Set(['playground-person']));
  });
});

describe('the pages in a browser', () => {
  const accept = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8';
  const field = (html: string, name: string) =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';

  async function submit(url: string, cookies: Cookies, fields: Record<string, string>) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const body = new URLSearchParams(fields);
    return fetch(url, { method: 'POST', redirect: 'manual', headers: { accept, cookie }, body });
  }

  test('ask for the code, show the client, and end when the person does not confirm', async () => {
    const { device_code, user_code, verification_uri } = await start(world.a.issuer, cimd());
    const cookies: Cookies = new Map();
    const asked = await visit(verification_uri, cookies, { accept });
    expect(asked.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await asked.text();
    expect(html).toContain('<label>Code <input name="user_code"');
    const typed = await submit(verification_uri, cookies, { xsrf: field(html, 'xsrf'), user_code });
    const confirm = await typed.text();
    expect([field(confirm, 'confirm'), field(confirm, 'abort')]).toEqual(['yes', 'yes']);
    expect(confirm).toContain('<strong>authchart</strong>');
    expect(field(confirm, 'user_code')).toBe(user_code);
    const xsrf = field(confirm, 'xsrf');
    const ended = await submit(verification_uri, cookies, { xsrf, user_code, abort: 'yes' });
    expect(await ended.text()).toContain('Nothing was allowed');
    expect(await errorOf(await poll(world.a.issuer, cimd(), device_code))).toBe('400 access_denied');
  });

  test('the link with the code in it sends the code for the person', async () => {
    const { user_code, verification_uri_complete } = await start(world.a.issuer, cimd());
    const page = await visit(verification_uri_complete, new Map(), { accept });
    expect(field(await page.text(), 'user_code')).toBe(user_code);
  });

  test('a wrong code is reported, and a form of another site is refused', async () => {
    const { user_code, verification_uri } = await start(world.a.issuer, cimd());
    const cookies: Cookies = new Map();
    const html = await (await visit(verification_uri, cookies, { accept })).text();
    const wrong = await submit(verification_uri, cookies, {
      xsrf: field(html, 'xsrf'),
      user_code: '<i>NOPE</i>',
    });
    const page = await wrong.text();
    expect(page).toContain('the code was not found');
    expect(page).not.toContain('<i>');
    const forged = await submit(verification_uri, cookies, { xsrf: 'f'.repeat(48), user_code });
    expect(forged.status).toBe(400);
  });

  test('the consent page names no redirect URI', async () => {
    const { user_code, verification_uri } = await start(world.a.issuer, cimd());
    const cookies: Cookies = new Map();
    const html = await (await visit(verification_uri, cookies, { accept })).text();
    const fields = { user_code, confirm: 'yes', xsrf: field(html, 'xsrf') };
    const confirmed = await submit(verification_uri, cookies, fields);
    for (const line of confirmed.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const url = new URL(confirmed.headers.get('location') ?? '', verification_uri).href;
    const consent = await (await visit(url, cookies, { accept })).text();
    expect(consent).toContain('Write your notes');
    expect(consent).not.toContain('Returns to');
  });
});
