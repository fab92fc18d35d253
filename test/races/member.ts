// A process of a race: one engine on the shared home, told by its parent what to do.
import { headlessUserAgent, loopbackUserAgent } from '../../adapters/node.ts';
import { AuthError, createAuthEngine, type Store } from '../../index.ts';
import { openHome } from './homes.ts';
import type { Answered, Joined, Member, Opened, Order, Point, Telling } from './orders.ts';

// Connections to a home would keep it alive.
process.once('disconnect', () => process.exit());
const member = await new Promise<Member>((resolve) => process.once('message', resolve));
const { resource, skew = 0, at, requestTimeout } = member;
let ahead = 0;
/** How keys of the intent to spend a refresh token start; registering has an intent as well. */
const INTENT = 'spend:["grant:';

/** Dies or stops here, as a process does: without a word. */
function pass(point: Point): void {
  if (point !== at?.point) return;
  process.kill(process.pid, at.do === 'die' ? 'SIGKILL' : 'SIGSTOP');
}

const home = await openHome(member.home);
let isSpending = false;
const store: Store = {
  ...home,
  async put(key, text, expected) {
    const isIntent = key.startsWith(INTENT);
    if (isIntent) pass('before the intent is written');
    if (isSpending && key.startsWith('grant:')) pass('before the outcome is written');
    const version = await home.put(key, text, expected);
    if (isIntent && version !== undefined) {
      isSpending = true;
      pass('after the intent is written');
    }
    if (isSpending && key.startsWith('grant:')) pass('after the outcome is written');
    return version;
  },
  async delete(key, version) {
    const isDeleted = await home.delete(key, version);
    if (isSpending && key.startsWith(INTENT)) pass('after the intent is gone');
    return isDeleted;
  },
};

const open = async (url: string): Promise<void> => {
  process.send?.({ opened: url } satisfies Opened);
};
const engine = createAuthEngine({
  client: { name: 'authchart races' },
  userAgent: member.hasBrowser ? loopbackUserAgent({ open }) : headlessUserAgent(),
  store: telling(store, member.telling),
  policy: { ...(requestTimeout !== undefined && { requestTimeout }) },
  onProgress(progress) {
    if (progress.kind === 'state' && progress.state === 'authorizing.awaitingSibling')
      process.send?.({ joined: true } satisfies Joined);
  },
  now: () => Date.now() + skew + ahead,
  async fetch(input, init) {
    const response = await fetch(input, init);
    if (isSpending) pass('after the answer came');
    return response;
  },
});
const session = engine.session({ resource });

async function obey(order: Order): Promise<string> {
  switch (order.do) {
    case 'login':
      await session.login();
      break;
    case 'cancel':
      await session.cancel();
      break;
    case 'logout':
      await session.logout();
      break;
    case 'call':
      return String((await session.fetch(resource, { method: 'POST', body: '{}' })).status);
    case 'token':
      ahead = order.ahead;
      await session.token();
  }
  return 'ok';
}

/** The home, as well as it tells of changes. */
function telling({ watch, ...others }: Store, how: Telling = 'tells'): Store {
  if (how === 'fails to tell') {
    return {
      ...others,
      watch() {
        throw new Error('This home cannot tell today.');
      },
    };
  }
  return how === 'tells' && watch ? { ...others, watch } : others;
}

process.on('message', (order: Order) => {
  // While it works, nothing but the engine keeps the process alive.
  process.channel?.unref();
  const done = obey(order).finally(() => process.channel?.ref());
  done.then(
    (ended) => process.send?.({ ended } satisfies Answered),
    (thrown: unknown) =>
      process.send?.({
        ended: thrown instanceof AuthError ? thrown.code : String(thrown),
      } satisfies Answered),
  );
});
process.send?.({ ended: 'ready' } satisfies Answered);
