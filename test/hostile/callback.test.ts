// The redirect URI: who else may receive there, and what a response that arrives there can make it do.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loopbackUserAgent } from '../../adapters/node.ts';
import { hostUserAgent, memoryStore } from '../../index.ts';
import { ask, scriptedServer } from '../actors/userAgents/scriptedServer.ts';
import { failureOf, personsTurn, standing, testEngine, visit } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const redirectUriOf = (url: string | undefined): URL =>
  new URL(new URL(url ?? '').searchParams.get('redirect_uri') ?? '');

/** An engine with a listener on loopback, whose person goes no further by themselves. */
function withListener(store = memoryStore()) {
  const opened: string[] = [];
  const userAgent = loopbackUserAgent({ open: async (url) => void opened.push(url) });
  return { ...testEngine(world.resource, { userAgent, store }), opened };
}

/** A login that waits for its response. */
async function pendingLogin(store = memoryStore()) {
  const made = withListener(store);
  const login = made.session.login();
  await personsTurn(made.session);
  return { ...made, login, redirectUri: redirectUriOf(made.opened[0]) };
}

describe('another process on this machine', () => {
  it('A24: that takes the port of the last login gets nothing: the next login has another port', async () => {
    const store = memoryStore();
    const first = await pendingLogin(store);
    await fetch(await visit(first.opened[0]));
    await first.login;
    await first.session.logout();
    await first.engine.dispose();

    await using thief = await scriptedServer((_, response) => response.end(), Number(first.redirectUri.port));
    const { engine, login, opened, redirectUri } = await pendingLogin(store);
    expect(redirectUri.port).not.toBe(first.redirectUri.port);
    await fetch(await visit(opened[0]));
    await login;
    expect(thief.log).toEqual([]);
    await engine.dispose();
  });

  it('A24: that gets a response all the same cannot use its code: no text in the two URLs is its verifier', async () => {
    const { engine, session, opened, login } = await pendingLogin();
    const failed = failureOf(login);
    const asked = new URL(opened[0] ?? '').searchParams;
    const answered = new URL(await visit(opened[0])).searchParams;
    expect(asked.get('code_challenge_method')).toBe('S256');
    const seen = [...asked.values(), ...answered.values()];
    const hashes = seen.map((text) => createHash('sha256').update(text).digest('base64url'));
    expect(hashes).not.toContain(asked.get('code_challenge'));
    const known = { code: answered.get('code') ?? '', client_id: asked.get('client_id') ?? '' };
    const body = new URLSearchParams({ grant_type: 'authorization_code', ...known });
    const stolen = await fetch(`${world.origins.a}/token`, { method: 'POST', body });
    expect(await stolen.json()).toEqual({ error: 'invalid_grant' });
    await session.cancel();
    expect((await failed).code).toBe('cancelled');
    await engine.dispose();
  });

  it('A24: that sends responses to the port does not disturb the login: it does not know the state', async () => {
    const { engine, session, opened, login, redirectUri } = await pendingLogin();
    for (const query of ['?code=evil', '?code=evil&state=guessed', '?error=access_denied&state='])
      await ask(redirectUri.href + query, { target: redirectUri.pathname + query });
    expect(standing(session)).toBe('authorizing.awaitingUser');
    await fetch(await visit(opened[0]));
    await login;
    expect(world.requests('a', 'POST', '/token').map(({ form }) => form.get('code'))).toEqual([
      expect.stringMatching(/^code-a-/),
    ]);
    await engine.dispose();
  });
});

describe('a response at the listener', () => {
  const evil = 'https://evil.example/';

  it('A34: cannot send the browser elsewhere, whatever parameters it has: it ends at our own page', async () => {
    const { engine, login, opened } = await pendingLogin();
    const response = new URL(await visit(opened[0]));
    const strange = new URL(response.origin + response.pathname);
    for (const url of [strange, response]) {
      for (const name of ['next', 'redirect_uri', 'redirect', 'return_to', 'url', 'location', 'RelayState'])
        url.searchParams.append(name, evil);
      const { status, headers, body } = await ask(url.href);
      expect([status, headers.location, headers['refresh'], body]).toEqual([303, '/done', undefined, '']);
    }
    await ask(new URL('/done', response).href);
    await login;
    await engine.dispose();
  });

  it('A34: cannot send the browser elsewhere by the path: it is answered with a status alone', async () => {
    const { engine, session, login, redirectUri } = await pendingLogin();
    const failed = failureOf(login);
    const targets = ['//evil.example/callback', '/callback//evil.example', '/done//evil.example', evil];
    for (const target of targets) {
      const { status, headers } = await ask(redirectUri.href, { target });
      expect([status, headers.location]).toEqual([404, undefined]);
    }
    await session.cancel();
    await failed;
    await engine.dispose();
  });

  it('L09: no answer of the listener lets the browser send its address on, and the page loads nothing', async () => {
    const { engine, session, login, redirectUri } = await pendingLogin();
    const failed = failureOf(login);
    const answers = [
      await ask(`${redirectUri.href}?code=secret-code&state=secret-state`),
      await ask(new URL('/done', redirectUri).href),
      await ask(redirectUri.href, { target: '/other?code=secret-code' }),
      await ask(redirectUri.href, { headers: { host: 'evil.example' } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([303, 200, 404, 403]);
    for (const { headers, body } of answers) {
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(body).not.toMatch(/\b(?:href|src|srcset|action|http-equiv|ping)\b|url\(|@import/i);
    }
    await session.cancel();
    await failed;
    await engine.dispose();
  });
});

describe('two servers that do not send `iss`, each with a redirect URI of its own', () => {
  it('M10: a response for the login at one that arrives at the redirect URI of the other is refused', async () => {
    for (const place of ['a', 'b'] as const)
      world.documents[place]['authorization_response_iss_parameter_supported'] = false;
    const store = memoryStore();
    const led: string[] = [];
    const hostFor = (path: string) =>
      hostUserAgent({ redirectUri: `https://app.example${path}`, present: ({ url }) => void led.push(url) });
    world.moveTo('b');
    const attacked = testEngine(world.resource, { store, userAgent: hostFor('/callback/b') });
    const login = failureOf(attacked.session.login());
    await personsTurn(attacked.session);
    // B is the attacker: it sends the person on to A, with the state and the challenge of our request.
    const forwarded = new URL(`${world.origins.a}/authorize${new URL(led[0] ?? '').search}`);
    forwarded.searchParams.set('redirect_uri', 'https://app.example/callback/a');
    const response = new URL(await visit(forwarded.href));
    response.searchParams.delete('iss');
    const refused = await failureOf(attacked.engine.complete(response.href));
    expect(refused.code).toBe('response_not_ours');
    expect(world.requests('b', 'POST', '/token')).toEqual([]);
    await attacked.session.cancel();
    await login;
    await attacked.engine.dispose();
  });
});
