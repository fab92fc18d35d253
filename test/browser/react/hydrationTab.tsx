// Runs in the page: takes over what the server has rendered, and counts who listens to the session.
import { hydrateRoot } from 'react-dom/client';
import { webStore } from '../../../adapters/browser.ts';
import { createAuthEngine, hostUserAgent, type Session } from '../../../index.ts';
import { page } from './Account.tsx';

/** What the page calls in the test. */
interface FromTab {
  /** Leads the person to this URL. */
  present(url: string): Promise<void>;
}

const { present } = globalThis as unknown as FromTab;
const engine = createAuthEngine({
  client: { name: 'authchart in a browser' },
  userAgent: hostUserAgent({
    redirectUri: `${location.origin}/callback`,
    present: ({ url }) => present(url),
  }),
  store: webStore(),
});
const session = engine.session({ resource: document.documentElement.dataset['resource'] ?? '' });

const subscriptions = { begun: 0, ended: 0 };
const subscribe = session.subscribe.bind(session);
session.subscribe = (listener: Parameters<Session['subscribe']>[0]) => {
  subscriptions.begun += 1;
  const end = subscribe(listener);
  return () => {
    subscriptions.ended += 1;
    end();
  };
};

const rendered = document.body.textContent;
const differences: string[] = [];
const root = hydrateRoot(document.body, page(session), {
  onRecoverableError: (error) => differences.push(String(error)),
});

const tab = {
  rendered,
  differences,
  subscriptions,
  unmount: (): void => root.unmount(),
  complete: async (url: string): Promise<void> => void (await engine.complete(url)),
};
export type HydrationTab = typeof tab;
Object.assign(globalThis, { tab });
