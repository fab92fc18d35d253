// A store that says of every change that somebody else was faster: whoever asks hears of it, and nothing goes round in circles.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStore, type Store } from '../../index.ts';
import { failureOf, testEngine } from '../support/engine.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** Loses every race for records of this kind, from now on. After a thousand it hangs: then it is not asked any more. */
function losing(home: Store, kind: string): { readonly store: Store; asked(): number } {
  let asked = 0;
  const lost = async (): Promise<undefined> => {
    asked += 1;
    if (asked > 1_000) await new Promise(() => {});
  };
  const put: Store['put'] = (key, ...of) => (key.startsWith(kind) ? lost() : home.put(key, ...of));
  return { store: { ...home, put }, asked: () => asked };
}

describe('a store that loses every race', () => {
  it.each(['login:', 'grant:', 'binding:', 'spend:', 'registration:', 'pending:'])(
    'S05: for records %s ends a login with a typed failure',
    async (kind) => {
      const { store, asked } = losing(memoryStore(), kind);
      const { session } = testEngine(world.resource, { store });
      expect((await failureOf(session.login())).code).toBe('store_conflict');
      expect(asked()).toBeLessThan(100);
    },
  );

  it('S05, TOK-5: ends a renewal that nobody may begin', async () => {
    const home = memoryStore();
    const first = testEngine(world.resource, { store: home });
    await first.session.login();
    await first.engine.dispose();
    const { store, asked } = losing(home, 'spend:');
    const later = testEngine(world.resource, { store, now: () => Date.now() + 3_600_000 });
    expect((await failureOf(later.session.token())).code).toBe('store_conflict');
    expect(asked()).toBeLessThan(100);
    expect(world.requests('a', 'POST', '/token')).toHaveLength(1);
  });
});
