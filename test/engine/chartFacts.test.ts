// What is told of where a chart is: every field that is on the list, and nothing beside it.
import { describe, expect, it } from 'vitest';
import { chartFacts } from '../../engine/chartFacts.ts';
import { type AuthContext, initialContext } from '../../machines/context.ts';
import { full } from './contexts.ts';

const empty = initialContext({ resource: 'https://mcp.example/' });
const noBudget = { authorizations: 0, renewals: 0, registrations: 0, pauses: 0 };

describe('the facts of a chart', () => {
  it('L01: are its budget alone where it knows nothing else', () => {
    expect(chartFacts(empty)).toStrictEqual({ budget: noBudget });
  });

  it('L01, L11: are these fields of what it knows, and no others', () => {
    expect(chartFacts(full)).toStrictEqual({
      server: 'https://a.example',
      passedOver: ['https://b.example'],
      bound: { issuer: 'https://a.example', kind: 'dynamic' },
      client: { issuer: 'https://a.example', kind: 'dynamic' },
      grant: {
        issuer: 'https://a.example',
        requested: ['read', 'write'],
        granted: ['read'],
        expiresAt: 90_000,
        renewable: true,
        isRefused: false,
      },
      requestedLogin: ['write'],
      challenge: { status: 403, scopes: ['write'] },
      stepUp: ['write'],
      pending: { issuer: 'https://a.example', requested: ['write'], expiresAt: 600_000 },
      budget: { authorizations: 1, renewals: 2, registrations: 3, pauses: 4 },
      failure: { code: 'timed_out', phase: 'discovering', recovery: 'retry-later', message: 'Too late.' },
      refusal: { code: 'scope_not_allowed', phase: 'steppingUp', recovery: 'none', message: 'No.' },
    });
  });

  it.each<[string, Partial<AuthContext>, object]>([
    [
      'the server that is looked at',
      { server: null, candidate: { issuer: 'https://c.example', isBound: false } },
      { server: 'https://c.example' },
    ],
    [
      'a challenge that names no scopes',
      { challenge: { status: 401, error: 'invalid_token' } },
      { challenge: { status: 401 } },
    ],
    [
      'a grant that the resource has refused',
      { refused: { version: '7', issuer: null } },
      { grant: expect.objectContaining({ isRefused: true }) },
    ],
    [
      'a grant of before one that was refused',
      { refused: { version: '6', issuer: null } },
      { grant: expect.objectContaining({ isRefused: false }) },
    ],
  ])('L01: of %s', (_what, change, told) => {
    expect(chartFacts({ ...full, ...change })).toMatchObject(told);
  });

  it('L01: do not say when a grant ends where its server did not', () => {
    const { expiresAt: _, ...grant } = full.grant ?? ({} as never);
    expect(chartFacts({ ...full, grant }).grant).not.toHaveProperty('expiresAt');
  });

  it('L04: are copies: whoever changes them changes no chart', () => {
    const facts = chartFacts(full);
    const { grant, stepUp, requestedLogin, challenge, pending } = facts;
    const lists = [
      grant?.requested,
      grant?.granted,
      stepUp,
      requestedLogin,
      challenge?.scopes,
      pending?.requested,
    ];
    for (const list of lists) (list as string[]).push('more');
    expect(full.grant?.granted).toEqual(['read']);
    expect(full.challenge?.scopes).toEqual(['write']);
    expect(full.pending?.requested).toEqual(['write']);
  });
});
