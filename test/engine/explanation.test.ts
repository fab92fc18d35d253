// What `explain` says of a moment: all that is known, what is not known left out, and one sentence that is true.
import { describe, expect, it } from 'vitest';
import { explain } from '../../engine/explain.ts';
import type { AuthSnapshot } from '../../index.ts';
import { authMachine } from '../../machines/authMachine.ts';
import { type AuthContext, initialContext } from '../../machines/context.ts';
import { full } from './contexts.ts';

const NOW = 60_000;
const resting = { authorized: { renewal: 'fresh', stepUp: 'settled' } } as const;

type Value = Parameters<typeof authMachine.resolveState>[0]['value'];
type Explained = Parameters<typeof explain>[1];

const at = (value: Value, context: AuthContext): AuthSnapshot =>
  authMachine.resolveState({ value, context }) as AuthSnapshot;

const explained = (value: Value, context: AuthContext, more: Partial<Explained> = {}) =>
  explain(at(value, context), { client: { name: 'tests' }, policy: {}, now: () => NOW, ...more }, []);

const calm: AuthContext = { ...full, failure: null, refusal: null };
const grant = calm.grant as NonNullable<AuthContext['grant']>;

describe('explain', () => {
  it('L04: of a chart that knows nothing is this', () => {
    const context = initialContext({ resource: 'https://mcp.example' });
    expect(explained('idle', context)).toStrictEqual({
      session: { resource: 'https://mcp.example', subject: '', label: '' },
      summary: 'Nobody is logged in at https://mcp.example.',
      states: ['idle'],
      passedOver: [],
      notChosen: [],
      relaxed: [],
      steps: [],
    });
  });

  it('L04: of a chart that knows all is this', () => {
    const steps = [{ kind: 'set-aside', key: 'grant:a' }] as const;
    const bound = { ...full, grant: { ...grant, bound: true as const } };
    const policy = { dangerouslyOmitResourceAt: ['https://a.example'] };
    expect(
      explain(at(resting, bound), { client: { name: 'tests' }, policy, now: () => NOW }, steps),
    ).toStrictEqual({
      session: { resource: 'https://mcp.example/mcp?tenant=1', subject: 'ada', label: 'work' },
      summary: 'Too late.',
      states: ['authorized.renewal.fresh', 'authorized.stepUp.settled'],
      resourceMetadata: {
        url: 'https://mcp.example/.well-known/oauth-protected-resource/mcp',
        authorizationServers: ['https://b.example', 'https://a.example', 'https://c.example'],
      },
      server: { issuer: 'https://a.example', registration: 'dynamic', clientId: 'client-a' },
      boundTo: 'https://a.example',
      passedOver: [{ issuer: 'https://b.example', code: 'unreachable' }],
      notChosen: [
        { issuer: 'https://b.example', why: 'it could not be used: unreachable' },
        { issuer: 'https://c.example', why: 'the resource is bound to the chosen one' },
      ],
      relaxed: ['Tokens of https://a.example are asked for without naming their resource.'],
      grant: {
        issuer: 'https://a.example',
        expiresAt: '1970-01-01T00:01:30.000Z',
        renewable: true,
        bound: true,
        requested: ['read', 'write'],
        granted: ['read'],
      },
      failure: full.failure,
      refusal: full.refusal,
      steps,
    });
  });

  it('L04: leaves out what the server and the client did not say', () => {
    const { expiresAt: _, ...endless } = grant;
    const told = explained(resting, { ...calm, grant: endless, registration: null });
    expect(told.grant).toStrictEqual({
      issuer: 'https://a.example',
      renewable: true,
      requested: ['read', 'write'],
      granted: ['read'],
    });
    expect(told.server).toStrictEqual({ issuer: 'https://a.example' });
  });
});

describe('the sentence of explain', () => {
  const place = 'https://mcp.example/mcp';
  it.each<[string, Value, Partial<AuthContext>]>([
    ['A person has to finish the login at https://a.example.', { authorizing: 'awaitingUser' }, {}],
    ['A person has to finish the login at the server.', { authorizing: 'awaitingUser' }, { server: null }],
    [`Something is under way for ${place}.`, { authorizing: 'exchanging' }, {}],
    [`Nobody is logged in at ${place}.`, 'idle', { grant: null }],
    [
      `Logged in at ${place} by https://a.example with read; the token lasts 30 s more, and is renewed when needed.`,
      resting,
      {},
    ],
    [
      `Logged in at ${place} by https://a.example with read write; the token lasts 1 s more, and cannot be renewed.`,
      resting,
      { grant: { ...grant, granted: ['read', 'write'], renewable: false, expiresAt: NOW + 1_000 } },
    ],
    [
      `Logged in at ${place} by https://a.example with read; the token lasts 3600 s more, and is renewed when needed.`,
      resting,
      { grant: { ...grant, expiresAt: NOW + 3_600_000 } },
    ],
    [
      `Logged in at ${place} by https://a.example; the token has run out, and is renewed when needed.`,
      resting,
      { grant: { ...grant, granted: [], expiresAt: NOW } },
    ],
  ])('L04: %s', (sentence, value, change) => {
    expect(explained(value, { ...calm, ...change }).summary).toBe(sentence);
  });

  it('L04: says that the server did not say how long a token lasts', () => {
    const { expiresAt: _, ...endless } = grant;
    const { summary } = explained(resting, { ...calm, grant: { ...endless, renewable: false } });
    expect(summary).toBe(
      `Logged in at ${place} by https://a.example with read; the server did not say for how long, and the grant cannot be renewed.`,
    );
  });
});

describe('why a server was not chosen', () => {
  const because = (context: Partial<AuthContext>, more: Partial<Explained> = {}): unknown =>
    explained(resting, { ...calm, passedOver: [], ...context }, more).notChosen.map(({ why }) => why);
  const hostChooses = { policy: { selectServer: () => 'https://a.example' } };

  it.each<[string, Partial<AuthContext>, Partial<Explained>]>([
    ['the resource is bound to the chosen one', {}, {}],
    ['the chosen one is listed before it', { binding: null }, {}],
    [
      'the chosen one is listed before it',
      { binding: { issuer: 'https://c.example', kind: 'dynamic', scopes: [] } },
      {},
    ],
    ['the host chose another', {}, hostChooses],
  ])('DISC-5: %s', (why, context, more) => {
    expect(because(context, more)).toEqual([why, why]);
  });

  it('DISC-5: nothing is said where nothing is listed', () => {
    expect(because({ resourceMetadata: null })).toEqual([]);
  });
});
