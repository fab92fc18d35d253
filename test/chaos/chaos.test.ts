// What a run of chaos is judged by, and its plan: each rule of the judges can be broken.
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { differences, type Line } from './journal.ts';
import { type Broken, Judge } from './judge.ts';
import { type Breach, Ledger, type Tokens } from './ledger.ts';
import { planOf } from './plan.ts';
import { read } from './settings.ts';

describe('the plan', () => {
  it('is the same for a seed, and another one for another', () => {
    expect(planOf('one', 600_000)).toEqual(planOf('one', 600_000));
    expect(planOf('one', 600_000)).not.toEqual(planOf('two', 600_000));
  });

  it('has every kind in its first two minutes, and ends in time', () => {
    const plan = planOf('one', 1_800_000);
    expect(new Set(plan.filter(({ at }) => at < 120_000).map((event) => event.do)).size).toBe(9);
    expect(Math.max(...plan.map(({ at, lasts }) => at + lasts))).toBeLessThanOrEqual(1_800_000);
    expect(plan.length).toBeGreaterThan(200);
  });
});

const verifier = 'v'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');

describe('the servers', () => {
  let breaches: Breach[];
  let ledger: Ledger;
  beforeEach(() => {
    breaches = [];
    ledger = new Ledger((breach) => breaches.push(breach));
  });
  const logIn = (user: string): Tokens => {
    const tokens = ledger.exchange(ledger.page(user, 'read', challenge, 'first').code, verifier);
    if (!tokens) throw new Error('not issued');
    return tokens;
  };

  it('see a token with another user', () => {
    const { access_token: token } = logIn('u1');
    expect(ledger.call(token, 'u1')).toEqual({ owner: 'u1', scope: 'read' });
    expect(breaches).toEqual([]);
    ledger.call(token, 'u2');
    expect(breaches).toMatchObject([{ rule: 'token of another user', user: 'u2' }]);
  });

  it('see a refresh token that comes twice, and end its login', () => {
    const { refresh_token: token } = logIn('u1');
    const renewed = ledger.refresh(token);
    expect(renewed?.refresh_token).not.toBe(token);
    expect(breaches).toEqual([]);
    expect(ledger.refresh(token)).toBeUndefined();
    expect(breaches).toMatchObject([{ rule: 'refresh token spent twice', user: 'u1' }]);
    expect(ledger.refresh(renewed?.refresh_token ?? '')).toBeUndefined();
  });

  it('see a code that comes twice, and refuse a code without its verifier', () => {
    const { code } = ledger.page('u1', 'read', challenge, 'first');
    expect(ledger.exchange(code, 'other')).toBeUndefined();
    expect(ledger.exchange(code, verifier)).toBeDefined();
    expect(ledger.exchange(code, verifier)).toBeUndefined();
    expect(breaches).toMatchObject([{ rule: 'code spent twice', user: 'u1' }]);
  });
});

describe('a login page', () => {
  let broken: Broken[];
  let judge: Judge;
  beforeEach(() => {
    broken = [];
    judge = new Judge((one) => broken.push(one));
  });
  const before = { scope: 'read', issuedAt: Date.now(), isUsed: true };
  const page = { user: 'u1', scope: 'read', reason: 'asked' };

  it('is one too many for a user whose login is good', () => {
    judge.chaos({ do: 'cut database', lasts: 1_000 });
    expect(judge.page({ ...page, before })).toBeUndefined();
    expect(broken).toMatchObject([{ rule: 'a login too many', user: 'u1' }]);
  });

  it('has a reason when the answer of the server was lost by chaos, and only then', () => {
    expect(judge.page({ ...page, before: { ...before, isUsed: false } })).toBeUndefined();
    judge.chaos({ do: 'cut database', lasts: 1_000 });
    expect(judge.page({ ...page, before: { ...before, isUsed: false } })).toBe('answer lost');
  });

  it('has a reason when a replica was killed that may have sent the refresh token', () => {
    judge.chaos({ do: 'kill replica', lasts: 1_000 }, ['u1']);
    expect(judge.page({ ...page, before })).toBe('broken off');
    expect(judge.page({ ...page, user: 'u2', before })).toBeUndefined();
    expect(judge.page({ ...page, before: { ...before, issuedAt: Date.now() + 1 } })).toBeUndefined();
  });

  it('has a reason for new users, those who signed out, whom the server revoked, and who need more scopes', () => {
    expect(judge.page({ ...page, reason: 'first' })).toBe('first');
    expect(judge.page({ ...page, reason: 'signed out', before })).toBe('signed out');
    expect(judge.page({ ...page, before: { ...before, ended: 'revoked' } })).toBe('revoked');
    expect(judge.page({ ...page, reason: 'step-up', scope: 'read write', before })).toBe('step-up');
    expect(judge.page({ ...page, reason: 'step-up', before })).toBeUndefined();
  });
});

describe('a run that is played again', () => {
  const event = { do: 'cut database', at: 5, lasts: 0 } as const;
  const chaos = (of: typeof event | { do: 'pause database'; at: number; lasts: number }): Line => ({
    kind: 'chaos',
    at: 6,
    event: of,
  });

  it('differs by its events, their order, and the rules that were broken', () => {
    const other = { do: 'pause database', at: 9, lasts: 1 } as const;
    expect(differences([chaos(event), chaos(other)], [chaos(event), chaos(other)])).toEqual([]);
    expect(differences([chaos(event), chaos(other)], [chaos(other), chaos(event)])).toHaveLength(1);
    expect(differences([chaos(event)], [])).toHaveLength(2);
    const broken: Line = { kind: 'broken', at: 1, rule: 'code spent twice', user: 'u1', why: '' };
    expect(differences([broken], [])).toEqual(['"code spent twice" was broken 1 times; now 0 times.']);
  });

  it('is told what cannot be used', () => {
    for (const args of [
      ['--minutes', '0'],
      ['--home', 'mysql'],
      ['--users', 'many'],
      ['--plant', 'x'],
    ])
      expect(() => read(args, '/nowhere')).toThrow(/--/);
  });
});
