// What actors work with, for tests of single parts: records in memory, a clock that stands still, and no network.
import { Dpop } from '../../actors/network/dpop.ts';
import { RememberedAnswers } from '../../actors/network/rememberedAnswers.ts';
import { Standstills } from '../../actors/records/standstills.ts';
import { RefusedRenewals } from '../../actors/tokens/refusedRenewals.ts';
import { AttendedLogins } from '../../actors/tools/attendedLogins.ts';
import { Shared } from '../../actors/tools/shared.ts';
import type { Tools } from '../../actors/tools/tools.ts';
import { memoryStore } from '../../index.ts';
import { Records } from '../../stores/records.ts';
import { TestClock } from '../support/clock.ts';
import { testHost } from '../support/engine.ts';

/** Tools of an engine named `here`, and the clock that they go by. */
export function toolsFor(change: Partial<Tools> = {}): { readonly tools: Tools; readonly clock: TestClock } {
  const clock = new TestClock();
  const { now, sleep } = clock;
  const tools: Tools = {
    client: { name: 'tests' },
    policy: {},
    records: new Records(memoryStore(), undefined, { sleep }),
    userAgent: testHost().userAgent,
    doorOf: () => () => Promise.reject(new Error('No test of a part sends anything.')),
    headersFor: async () => ({}),
    tellRegistration: () => {},
    tellWaiting: () => {},
    unsaved: new Map(),
    registering: new Shared(),
    refreshing: new Shared(),
    refusedRenewals: new RefusedRenewals(),
    standstills: new Standstills(),
    dpop: new Dpop('off', now),
    remembered: new RememberedAnswers(60_000, now),
    attended: new AttendedLogins(),
    holder: 'here',
    isGone: () => false,
    leaseTerm: 50_000,
    closing: new AbortController().signal,
    now,
    sleep,
    onDefect: () => {},
    ...change,
  };
  return { tools, clock };
}
