// The mutants themselves: each is a chart with the one fault that its name says, and behaves like one.
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { AnyStateMachine, StateNode } from 'xstate';
import { AuthError, type FailureCode, failure } from '../../contract/errors.ts';
import type { Bound } from '../../contract/work.ts';
import { type Arrow, arrowsOf } from '../../machines/arrows.ts';
import { type AuthMachine, authMachine } from '../../machines/authMachine.ts';
import { type AuthContext, initialContext } from '../../machines/context.ts';
import { type Fault, type Mutant, mutantsOf, sampleOf } from './mutants.ts';
import { type Event, type Snapshot, Stepper } from './step.ts';

const faults: readonly Fault[] = [
  'removed',
  'retargeted',
  'guard dropped',
  'guard negated',
  'branches swapped',
  'action dropped',
  'entry dropped',
  'guard always',
  'guard never',
  'action does nothing',
];

const input = { resource: 'https://resource.example/mcp' };
/** As it was before any mutant was made. */
const config = JSON.stringify(authMachine.config);
const mutants = mutantsOf(authMachine);
const built = new Map(mutants.map((mutant) => [mutant.id, mutant.build()]));
const original = arrowsOf(authMachine as AnyStateMachine);
const rows = rowsOf(authMachine);

/** What an arrow does. */
interface Row {
  readonly source: string;
  readonly event: string;
  readonly targets: readonly string[];
  readonly guard: unknown;
  readonly actions: readonly unknown[];
  readonly reenter: boolean;
}

function rowsOf(machine: AuthMachine): readonly Row[] {
  return arrowsOf(machine as AnyStateMachine).map(({ source, event, targets, definition }) => {
    const { guard, actions, reenter } = definition;
    return { source, event, targets, guard, actions, reenter };
  });
}

function entriesOf(machine: AuthMachine): readonly (readonly [string, readonly unknown[]])[] {
  const below = (node: StateNode): readonly (readonly [string, readonly unknown[]])[] => [
    [node.id, node.entry],
    ...Object.values(node.states).flatMap(below),
  ];
  return below((machine as AnyStateMachine).root);
}

const of = (fault: Fault): readonly Mutant[] => mutants.filter((mutant) => mutant.fault === fault);

function wrong(id: string): AuthMachine {
  const machine = built.get(id);
  if (!machine) throw new Error(`There is no mutant ${id}`);
  return machine;
}

/** The one row that a mutant changed, before and after, and its arrow. */
function changeOf(mutant: Mutant): { arrow: Arrow; before: Row; after: Row } {
  const now = rowsOf(wrong(mutant.id));
  expect(now.length).toBe(rows.length);
  const changes = rows.flatMap((before, at) => {
    const [arrow, after] = [original[at], now[at]];
    return arrow && after && !isDeepStrictEqual(before, after) ? [{ arrow, before, after }] : [];
  });
  const [change] = changes;
  if (!change || changes.length > 1) throw new Error(`${mutant.id} changes ${changes.length} arrows`);
  expect(mutant.id.startsWith(`${mutant.fault}: ${change.arrow.id}`)).toBe(true);
  return change;
}

/** Whether the list comes of the longer one by leaving out one item. */
const lacksOne = (list: readonly unknown[], longer: readonly unknown[]): boolean =>
  longer.some((_, at) => isDeepStrictEqual(longer.toSpliced(at, 1), list));

const isGuarded = ({ guard }: Row): boolean => guard !== undefined && guard !== 'otherwise';

describe('mutants', () => {
  it('are many, of every kind, and can be told apart', () => {
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
    expect(mutants.length).toBeGreaterThan(300);
    expect(new Set(mutants.map(({ fault }) => fault))).toEqual(new Set(faults));
  });

  it('can be built and started, and leave the chart that they are made from as it is', () => {
    for (const machine of built.values()) {
      expect(new Stepper(machine).start(input).value).toBe('recovering');
    }
    expect(JSON.stringify(authMachine.config)).toBe(config);
    expect(built.size).toBe(mutants.length);
  });

  it('throw when they go in circles', () => {
    for (const machine of built.values()) expect(machine.options.maxIterations).toBeLessThan(1000);
    // It takes two faults at once.
    const first = wrong('retargeted: failed.sorting, at once [2: isUnsafe] -> rejected, but authorizing');
    const both = mutantsOf(first).find(({ id }) => id === 'action does nothing: failStrategyImpossible');
    const refused: Event = {
      type: 'xstate.error.actor.reserveRedirect',
      error: new AuthError(failure('issuer_mismatch', 'authorizing', 'No.')),
      actorId: 'reserveRedirect',
    };
    const reserving = { authorizing: 'reserving' } as const;
    expect(step(first, reserving, refused).matches({ failed: 'resting' })).toBe(true);
    expect(() => both && step(both.build(), reserving, refused)).toThrow('Infinite loop');
  });

  it('remove each arrow once, and no other', () => {
    expect(of('removed').length).toBe(original.length);
    for (const [at, { id }] of original.entries()) {
      expect(isDeepStrictEqual(rowsOf(wrong(`removed: ${id}`)), rows.toSpliced(at, 1)), id).toBe(true);
    }
  });

  it('lead each arrow elsewhere once, to another state than its own', () => {
    const changes = of('retargeted').map(changeOf);
    expect(changes.map(({ arrow }) => arrow)).toEqual(original);
    for (const { before, after, arrow } of changes) {
      expect(after.targets, arrow.id).toHaveLength(1);
      expect(after.targets, arrow.id).not.toEqual(before.targets);
      expect(after.targets, arrow.id).not.toContain(before.source);
      expect({ ...after, targets: before.targets }).toEqual(before);
    }
  });

  it.each(['guard dropped', 'guard negated'] as const)(
    '%s: at every branch that has a condition',
    (fault) => {
      const changes = of(fault).map(changeOf);
      expect(changes.map(({ before }) => before)).toEqual(rows.filter(isGuarded));
      for (const { before, after } of changes) {
        expect(after.guard === undefined).toBe(fault === 'guard dropped');
        expect({ ...after, guard: before.guard }).toEqual(before);
      }
    },
  );

  it('swap neighbours in a list, where that changes what happens', () => {
    const effect = (row: Row): unknown => ({ ...row, guard: undefined });
    const pairs = rows.filter((row, at) => {
      const next = rows[at + 1];
      const isListed = next?.source === row.source && next.event === row.event;
      return isListed && !isDeepStrictEqual(effect(row), effect(next));
    });
    expect(of('branches swapped').length).toBe(pairs.length);
    for (const { id } of of('branches swapped')) {
      const now = rowsOf(wrong(id));
      const at = rows.findIndex((row, index) => !isDeepStrictEqual(row, now[index]));
      const [one, other] = [rows[at], rows[at + 1]];
      expect([one?.source, one?.event]).toEqual([other?.source, other?.event]);
      expect(isDeepStrictEqual(now, one && other && rows.toSpliced(at, 2, other, one)), id).toBe(true);
      expect(id).toContain(`: ${original[at]?.id}`);
    }
  });

  it('drop each action of each arrow', () => {
    const changes = of('action dropped').map(changeOf);
    expect(changes.length).toBe(rows.flatMap(({ actions }) => actions).length);
    for (const { before, after, arrow } of changes) {
      expect(lacksOne(after.actions, before.actions), arrow.id).toBe(true);
      expect({ ...after, actions: before.actions }).toEqual(before);
    }
  });

  it('drop each action on entry', () => {
    const entries = entriesOf(authMachine);
    expect(of('entry dropped').length).toBe(entries.flatMap(([, entry]) => entry).length);
    for (const { id } of of('entry dropped')) {
      const now = entriesOf(wrong(id));
      const changes = entries.filter((entry, at) => !isDeepStrictEqual(entry, now[at]));
      expect(changes, id).toHaveLength(1);
      expect(
        lacksOne(
          now.flatMap(([, entry]) => entry),
          entries.flatMap(([, entry]) => entry),
        ),
      ).toBe(true);
      expect(rowsOf(wrong(id))).toEqual(rows);
    }
  });

  it('spoil every guard and every action that is in use, and none that is not', () => {
    const named = (fault: Fault): readonly string[] => of(fault).map(({ id }) => id.slice(fault.length + 2));
    const guards = new Set(original.flatMap(({ guard }) => (guard === 'otherwise' ? [] : (guard ?? []))));
    expect(named('guard always')).toEqual([...guards]);
    expect(named('guard never')).toEqual([...guards]);
    const used = [
      ...rows.flatMap(({ actions }) => actions),
      ...entriesOf(authMachine).flatMap(([, all]) => all),
    ];
    const actions = used.map((action) => (typeof action === 'string' ? action : Object(action).type));
    expect(new Set(named('action does nothing'))).toEqual(new Set(actions));
  });
});

/** The chart in this state, stepped once. */
function step(
  machine: AuthMachine,
  value: Parameters<AuthMachine['resolveState']>[0]['value'],
  event: Event,
  known: Partial<AuthContext> = {},
): Snapshot {
  const context = { ...initialContext(input), ...known };
  return new Stepper(machine).step(machine.resolveState({ value, context }) as Snapshot, event).snapshot;
}

const login = { type: 'user.login', scopes: ['read'] } as const;

describe('a guard', () => {
  const refused = (code: FailureCode): Event => ({
    type: 'xstate.error.actor.refreshGrant',
    error: new AuthError(failure(code, 'renewing', 'No.')),
    actorId: 'refreshGrant',
  });
  const renewing = { authorized: { renewal: 'renewing', stepUp: 'settled' } } as const;
  const isStale = (machine: AuthMachine, code: FailureCode): boolean =>
    step(machine, renewing, refused(code)).matches({ authorized: { renewal: 'stale' } });

  it('with params is negated', () => {
    const place = 'authorized.renewal.renewing, error of refreshGrant [0: isTransient]';
    const machine = wrong(`guard negated: ${place} -> authorized.renewal.stale`);
    expect([isStale(authMachine, 'unreachable'), isStale(authMachine, 'token_refused')]).toEqual([
      true,
      false,
    ]);
    expect([isStale(machine, 'unreachable'), isStale(machine, 'token_refused')]).toEqual([false, true]);
  });

  it('on the state of the other region is negated', () => {
    const gathered: Event = {
      type: 'xstate.done.actor.gatherChallenges',
      output: { at: 1 },
      actorId: 'gatherChallenges',
    };
    const leaves = (machine: AuthMachine, renewal: 'renewing' | 'due'): boolean =>
      step(machine, { authorized: { renewal, stepUp: 'collecting' } }, gathered, {
        interaction: 'auto',
      }).matches('steppingUp');
    const place = 'authorized.stepUp.collecting, done of gatherChallenges [0: isRenewing]';
    const machine = wrong(`guard negated: ${place} -> authorized.stepUp.collecting`);
    expect([leaves(authMachine, 'renewing'), leaves(authMachine, 'due')]).toEqual([false, true]);
    expect([leaves(machine, 'renewing'), leaves(machine, 'due')]).toEqual([true, false]);
    expect(leaves(wrong('guard always: isRenewing'), 'due')).toBe(false);
    expect(leaves(wrong('guard never: isRenewing'), 'renewing')).toBe(true);
  });

  it('is dropped', () => {
    const machine = wrong('guard dropped: authorized, user.login [0: wantsMore] -> discovering');
    const due = { authorized: { renewal: 'due', stepUp: 'settled' } } as const;
    expect(step(authMachine, due, login).matches('authorized')).toBe(true);
    expect(step(machine, due, login).matches('discovering')).toBe(true);
  });

  it('is always true, or never', () => {
    const challenge = { type: 'challenge.received', challenge: { status: 401 } } as const;
    const challenged: Event = { ...challenge, grantVersion: null, operation: 'call' };
    const [asks, reads] = [{ discovering: 'probing' }, { discovering: 'fetchingResourceMetadata' }];
    expect(step(authMachine, 'idle', login).value).toEqual(asks);
    expect(step(wrong('guard always: isChallenged'), 'idle', login).value).toEqual(reads);
    expect(step(authMachine, 'idle', challenged).value).toEqual(reads);
    expect(step(wrong('guard never: isChallenged'), 'idle', challenged).value).toEqual(asks);
  });

  it('is asked after the next', () => {
    const output: Bound = {
      at: 1,
      binding: null,
      registration: null,
      grant: null,
      grantElsewhere: null,
      strategy: 'code',
      limits: { floor: [], ceiling: null },
      preRegisteredElsewhere: 'https://b.example',
      credentialWithoutIssuer: true,
      metadataDocument: null,
      mayRegister: false,
    };
    const found: Event = { type: 'xstate.done.actor.recallBinding', output, actorId: 'recallBinding' };
    const verdict = (machine: AuthMachine): FailureCode | undefined =>
      step(machine, { bindChecking: 'recalling' }, found).context.failure?.code;
    const place = 'bindChecking.deciding, at once [0: isWithoutIssuer] -> rejected';
    expect(verdict(authMachine)).toBe('credential_without_issuer');
    expect(verdict(wrong(`branches swapped: ${place}, after the next`))).toBe('bound_elsewhere');
  });
});

describe('an action', () => {
  it('is dropped from an arrow, and the one beside it is not', () => {
    const machine = wrong('action dropped: idle, user.login -> discovering without 0: recordRequestedLogin');
    expect(step(authMachine, 'idle', login).context.requestedLogin).toEqual({ scopes: ['read'] });
    expect(step(machine, 'idle', login).context.requestedLogin).toEqual({ scopes: [] });
    // At other places it is still there.
    expect(step(machine, 'recovering', login).context.requestedLogin).toEqual({ scopes: ['read'] });
  });

  it('is dropped from the entry of a state', () => {
    const machine = wrong('entry dropped: authorized without 0: clearAllButRequestedLogin');
    const stepUp = { operations: ['call'], scopes: ['write'] };
    const cancelled = (one: AuthMachine): Snapshot =>
      step(one, { steppingUp: 'confirming' }, { type: 'user.cancel' }, { stepUp });
    expect(cancelled(authMachine).context.stepUp).toBeNull();
    expect(cancelled(machine).context.stepUp).toEqual(stepUp);
    expect(cancelled(machine).matches('authorized')).toBe(true);
  });

  it('does nothing, wherever it is', () => {
    const machine = wrong('action does nothing: recordRequestedLogin');
    expect(step(authMachine, 'recovering', login).context.requestedLogin).toEqual({ scopes: ['read'] });
    expect(step(machine, 'recovering', login).context).toEqual(initialContext(input));
    expect(step(machine, 'idle', login).context.requestedLogin).toEqual({ scopes: [] });
  });
});

describe('an arrow', () => {
  it('of the root is removed', () => {
    const logout = { type: 'user.logout' } as const;
    expect(step(authMachine, 'idle', logout).matches('signingOut')).toBe(true);
    expect(step(wrong('removed: auth, user.logout -> signingOut'), 'idle', logout).value).toBe('idle');
  });

  it('that forbids is removed: the one further out is taken', () => {
    const logout = { type: 'user.logout' } as const;
    const machine = wrong('removed: signingOut, user.logout -> stays');
    expect(step(authMachine, { signingOut: 'forgetting' }, logout).value).toEqual({
      signingOut: 'forgetting',
    });
    expect(step(machine, { signingOut: 'forgetting' }, logout).value).toEqual({ signingOut: 'revoking' });
  });
});

describe('a sample', () => {
  const ids = (seed: string, count: number): readonly string[] =>
    sampleOf(mutants, seed, count).map(({ id }) => id);

  it('is the same for the same seed, in any order, and another for another', () => {
    expect(ids('1ed717a', 40)).toEqual(ids('1ed717a', 40));
    expect(sampleOf(mutants.toReversed(), '1ed717a', 40).map(({ id }) => id)).toEqual(ids('1ed717a', 40));
    expect(new Set(ids('1bda375', 40))).not.toEqual(new Set(ids('1ed717a', 40)));
  });

  it('is as large as asked for, and has each kind of fault', () => {
    for (const seed of ['a', 'b', 'c']) {
      const sample = sampleOf(mutants, seed, faults.length);
      expect(new Set(sample.map(({ fault }) => fault))).toEqual(new Set(faults));
      expect(new Set(ids(seed, 100)).size).toBe(100);
    }
    expect(new Set(ids('a', mutants.length + 1))).toEqual(new Set(built.keys()));
  });
});
