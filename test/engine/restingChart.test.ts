// A chart at rest: it says what it said before, whatever it had come to, and shares what many sessions have in common.
import { describe, expect, it, vi } from 'vitest';
import { CommonTexts, RestingChart } from '../../engine/restingChart.ts';
import { createAuthEngine, memoryStore } from '../../index.ts';
import { initialContext } from '../../machines/context.ts';
import { testHost } from '../support/engine.ts';
import { full } from './contexts.ts';

const { machine } = createAuthEngine({
  client: { name: 'tests' },
  userAgent: testHost().userAgent,
  store: memoryStore(),
});
const { session, interaction } = full;

describe('a chart at rest', () => {
  it('C12: is where it was, with all that it knew', () => {
    const value = { authorized: { renewal: 'fresh', stepUp: 'settled' } } as const;
    const before = machine.resolveState({ value, context: full });
    const after = new RestingChart(before, new CommonTexts()).snapshot(machine, { session, interaction });
    expect(after.value).toEqual(value);
    expect(after.context).toEqual(full);
    expect(after.context.session).toBe(session);
    expect(after.hasTag('canSend')).toBe(true);
    expect(after.matches('authorized')).toBe(true);
  });

  it('C12: that had only begun knows nothing, as before', () => {
    const context = { ...initialContext({ ...session, interaction: 'auto' }), session };
    const before = machine.resolveState({ value: 'idle', context });
    const resting = new RestingChart(before, new CommonTexts());
    expect(resting.snapshot(machine, { session, interaction: 'auto' }).context).toEqual(context);
  });

  it('C12: has a failure to tell, where it ended with one', () => {
    const failure = {
      code: 'unreachable',
      phase: 'discovering',
      recovery: 'retry-later',
      message: 'No.',
    } as const;
    const before = machine.resolveState({ value: { failed: 'coolingDown' }, context: { ...full, failure } });
    const after = new RestingChart(before, new CommonTexts()).snapshot(machine, { session, interaction });
    expect(after.context.failure).toEqual(failure);
  });

  it('C12: shares what it knows of its resource and its server, and nothing of its own', () => {
    const texts = new CommonTexts();
    const shared = vi.spyOn(texts, 'of');
    const ways = { metadataDocument: 'https://app.example/client', dynamic: true };
    const of = (change: Partial<typeof full>) =>
      new RestingChart(machine.resolveState({ value: 'idle', context: { ...full, ways, ...change } }), texts);
    of({});
    of({ session: { ...session, subject: 'bob' }, grant: null, failure: null });
    const [[one], [other]] = shared.mock.calls as [[string], [string]];
    expect(other).toBe(one);
    const { resourceMetadata, server, registration, binding } = full;
    expect(JSON.parse(one)).toEqual(['idle', { resourceMetadata, server, registration, binding, ways }]);
  });

  it('C12: shares texts with the others, and begins anew after a thousand', () => {
    const texts = new CommonTexts();
    const first = texts.of(['a', 'b'].join(''));
    expect(texts.of('ab')).toBe(first);
    for (let other = 0; other < 1_000; other += 1) texts.of(`other ${other}`);
    expect(texts.of('ab')).toBe('ab');
  });
});
