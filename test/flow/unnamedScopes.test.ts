// STEP-1, SCOPE-2: a 403 that asks for more scopes and names none, or names one that the token has.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callTool, testEngine } from '../support/engine.ts';
import { type Answer, type Received, startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
  world.documents.resource['scopes_supported'] = ['read', 'write'];
});
afterEach(() => world.close());

const scopesAsked = (): readonly (string | null)[] =>
  world.requests('a', 'GET', '/authorize').map((one) => one.query.get('scope'));
const renewals = (): number =>
  world.requests('a', 'POST', '/token').filter(({ form }) => form.get('grant_type') === 'refresh_token')
    .length;
const isWrite = ({ body }: Received): boolean => body.includes('"write"');

/** The tool needs a scope, and its challenge does not say which; the challenge of the start names one. */
function namesNone(): void {
  world.script('resource POST /mcp', (request): Answer | undefined => {
    const answer = world.correctly(request);
    if (answer.status === 401)
      return {
        ...answer,
        headers: { 'www-authenticate': `Bearer scope="read", resource_metadata="${world.pointer}"` },
      };
    return answer.status === 403 ? forbidden('') : answer;
  });
  world.needs = (request) => (isWrite(request) ? 'write' : 'read');
}

const forbidden = (more: string): Answer => ({
  status: 403,
  headers: { 'www-authenticate': `Bearer error="insufficient_scope"${more}` },
});

describe('a challenge for scopes that it does not name', () => {
  it('STEP-1, SCOPE-2, U05: asks for what the resource lists and the grant lacks, with everything from before', async () => {
    namesNone();
    const { session } = testEngine(world.resource);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect((await callTool(session, 'write')).status).toBe(200);
    expect(scopesAsked()).toEqual(['read', 'read write']);
  });

  it('STEP-7: is put to the host like any other, with the scopes that were found', async () => {
    namesNone();
    const confirmStepUp = vi.fn(() => false);
    const { session } = testEngine(world.resource, { policy: { interaction: 'auto', confirmStepUp } });
    await callTool(session, 'any');
    expect((await callTool(session, 'write')).status).toBe(403);
    expect(confirmStepUp.mock.calls).toEqual([
      [expect.objectContaining({ scopes: ['write'], granted: ['read'] })],
    ]);
    expect(session.explain().refusal?.code).toBe('access_denied');
    expect(scopesAsked()).toEqual(['read']);
  });

  it('AUTHZ-11: is told with its scopes where a person has to be asked first; login() asks for them', async () => {
    namesNone();
    world.documents.resource['scopes_supported'] = ['read'];
    const { session } = testEngine(world.resource, { policy: { interaction: 'ask' } });
    await session.login();
    world.documents.resource['scopes_supported'] = ['read', 'write'];
    expect((await callTool(session, 'write')).status).toBe(403);
    expect(session.explain().refusal).toMatchObject({ code: 'interaction_required', scopes: ['write'] });
    await session.login();
    expect((await callTool(session, 'write')).status).toBe(200);
  });

  it.each([
    ['lists nothing', undefined, undefined],
    ['lists nothing new', ['read'], undefined],
    ['lists only what the host does not allow', ['read', 'write'], ['read']],
  ])(
    'STEP-5, STEP-7, U05: is refused where the resource %s, and says how to name one',
    async (_what, listed, ceiling) => {
      namesNone();
      world.documents.resource['scopes_supported'] = listed;
      const policy = { interaction: 'auto', ...(ceiling && { scopeCeiling: ceiling }) } as const;
      const { session } = testEngine(world.resource, { policy });
      await callTool(session, 'any');
      expect((await callTool(session, 'write')).status).toBe(403);
      expect(session.explain().refusal).toMatchObject({
        code: 'scope_not_named',
        recovery: 'ask-user',
        message: expect.stringContaining('login({ scopes })'),
      });
      expect(scopesAsked()).toEqual(['read']);
      expect((await callTool(session, 'any')).status).toBe(200);
    },
  );

  it('STEP-5, TOK-7: is refused where the metadata cannot be had, and the grant stays in use', async () => {
    namesNone();
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.script('resource GET /.well-known/oauth-protected-resource/mcp', () => ({ status: 503 }));
    expect((await callTool(session, 'write')).status).toBe(403);
    expect(session.explain().refusal).toMatchObject({ recovery: 'retry-later' });
    expect((await callTool(session, 'any')).status).toBe(200);
    world.scripts.delete('resource GET /.well-known/oauth-protected-resource/mcp');
    expect((await callTool(session, 'write')).status).toBe(200);
  });

  it('STEP-4, U05: ends, where what is listed does not help', async () => {
    namesNone();
    world.needs = (request) => (isWrite(request) ? 'secret' : 'read');
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    for (let at = 0; at < 3; at += 1) expect((await callTool(session, 'write')).status).toBe(403);
    expect(scopesAsked()).toEqual(['read', 'read write']);
    expect(session.explain().refusal?.code).toBe('scope_not_named');
  });
});

describe('a challenge for a scope that the token has', () => {
  const hasLapsed = (): void => {
    let isRenewed = false;
    world.script('a POST /token', ({ form }) => {
      isRenewed ||= form.get('grant_type') === 'refresh_token';
      return undefined;
    });
    world.script('resource POST /mcp', (request) =>
      isWrite(request) && !isRenewed ? forbidden(', scope="read"') : undefined,
    );
  };

  it('STEP-4: is met by one renewal, without a person', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    hasLapsed();
    expect((await callTool(session, 'write')).status).toBe(200);
    expect([renewals(), scopesAsked().length]).toEqual([1, 1]);
  });

  it('STEP-4: and goes on after that renewal is refused with true words, without a person or another renewal', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.script('resource POST /mcp', (request) =>
      isWrite(request) ? forbidden(', scope="read"') : undefined,
    );
    for (let at = 0; at < 3; at += 1) expect((await callTool(session, 'write')).status).toBe(403);
    expect(session.explain().refusal).toMatchObject({
      code: 'scope_not_honoured',
      message: expect.stringContaining('the server says that the token has'),
    });
    expect([renewals(), scopesAsked().length]).toEqual([1, 1]);
    expect((await callTool(session, 'any')).status).toBe(200);
  });

  it('STEP-5, TOK-7: and a renewal that fails for now leaves the grant in use', async () => {
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    hasLapsed();
    world.script('a POST /token', () => ({ status: 503 }));
    expect((await callTool(session, 'write')).status).toBe(403);
    expect((await callTool(session, 'any')).status).toBe(200);
    expect(scopesAsked()).toHaveLength(1);
  });

  it('TOK-3: is refused at once where the grant cannot be renewed', async () => {
    world.issueDirectly('a');
    const { session } = testEngine(world.resource);
    await callTool(session, 'any');
    world.script('resource POST /mcp', (request) =>
      isWrite(request) ? forbidden(', scope="read"') : undefined,
    );
    expect((await callTool(session, 'write')).status).toBe(403);
    expect(session.explain().refusal?.code).toBe('scope_not_honoured');
    expect(scopesAsked()).toHaveLength(1);
  });
});
