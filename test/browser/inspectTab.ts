// Runs in the page: the real engine, inspected in a frame or a window of another origin.
import type { InspectionEvent } from 'xstate';
import { type StatelyInspector, statelyInspector } from '../../adapters/inspect.ts';
import { createAuthEngine, hostUserAgent, type Session } from '../../index.ts';

let inspector: StatelyInspector | undefined;
let session: Session | undefined;
/** What the chart was, snapshot by snapshot. */
const values: unknown[] = [];

function inspect(event: InspectionEvent): void {
  if (event.type === '@xstate.snapshot' && 'value' in event.snapshot)
    values.push(structuredClone(event.snapshot.value));
  inspector?.inspect(event);
}

const engine = createAuthEngine({
  client: { name: 'authchart in a browser' },
  userAgent: hostUserAgent({
    redirectUri: `${location.origin}/callback`,
    // The server says where it would lead the person to.
    present: async ({ url }) => {
      const answer = await fetch(url);
      void engine.complete((await answer.json()).location);
    },
  }),
  policy: { interaction: 'auto' },
  inspect,
});

const tab = {
  values,
  async start(resource: string, page: string, shownIn: 'frame' | 'window'): Promise<void> {
    if (shownIn === 'window') inspector = await statelyInspector({ page });
    else {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      inspector = await statelyInspector({ page, frame });
    }
    session = engine.session({ resource });
  },
  async call(): Promise<number | undefined> {
    const response = await session?.fetch(session.id.resource, { method: 'POST', body: '{}' });
    return response?.status;
  },
  async end(): Promise<void> {
    await session?.logout();
    await inspector?.stop();
  },
};
export type InspectTab = typeof tab;
Object.assign(globalThis, { tab });
