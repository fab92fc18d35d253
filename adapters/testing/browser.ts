// The browser of the person of a test world: it opens pages, and is sent back to the client.
import { invalid } from '../../protocol/options.ts';
import type { WorldState } from './ledger.ts';
import type { TestPerson } from './person.ts';
import { deviceOf } from './servers/device.ts';
import { placeAt } from './state.ts';

/** A browser gives up after so many redirects. */
const MAX_REDIRECTS = 20;

/** An address that is none of this world is where the client waits. @param ask asks the person. */
export function browserOf(
  state: WorldState,
  fetch: typeof globalThis.fetch,
  ask: WorldState['ask'],
  closing: AbortSignal,
): Pick<TestPerson, 'opens' | 'enters'> {
  return {
    async opens(url) {
      let at = new URL(url);
      for (let hop = 0; hop < MAX_REDIRECTS; hop += 1) {
        const answer = await fetch(at, { redirect: 'manual', signal: closing });
        const location = answer.headers.get('location');
        const text = location === null ? await answer.text() : '';
        if (answer.status >= 400)
          throw new Error(`The person was shown an error (${answer.status}). ${text}`.trim());
        if (location === null) return undefined;
        at = new URL(location, at);
        if (placeAt(state, at)[0] === 'elsewhere') return at.href;
      }
      throw new Error(`The person was redirected more than ${MAX_REDIRECTS} times.`);
    },
    async enters(userCode) {
      const [server, device] =
        deviceOf(state, userCode) ?? invalid('No device of this world has this user code.');
      const { clientName, grant } = device;
      const asking = { server: server.name, client: clientName, scopes: grant.scopes };
      device.decided = await ask(asking, closing);
    },
  };
}
