// Runs in the page: the real engine on the records of the browser.
import { createAuthEngine, hostUserAgent, type Session } from '../../index.ts';
import { webStore } from '../../stores/web.ts';

/** What a page calls in the test. */
export interface FromTab {
  /** Leads the person to this URL. */
  present(url: string): Promise<void>;
  /** A state of the chart was entered. */
  entered(state: string): Promise<void>;
}

const fromTab = globalThis as unknown as FromTab;
const store = webStore();
let ahead = 0;

const engine = createAuthEngine({
  client: { name: 'authchart in a browser' },
  userAgent: hostUserAgent({
    redirectUri: `${location.origin}/callback`,
    present: ({ url }) => fromTab.present(url),
  }),
  store,
  now: () => Date.now() + ahead,
  onProgress: (progress) => {
    if (progress.kind === 'state') void fromTab.entered(progress.state);
  },
});
const sessionOf = (resource: string): Session => engine.session({ resource });

const tab = {
  login: (resource: string): Promise<void> => sessionOf(resource).login(),
  /** Finishes the login whose answer this page was called with. */
  async complete(): Promise<void> {
    await engine.complete(location.href);
  },
  /** @param later how far the clock of this page is ahead, in milliseconds. */
  async token(resource: string, later: number): Promise<string> {
    ahead = later;
    return sessionOf(resource).token();
  },
  keys: (): Promise<readonly string[]> => store.list(''),
};
export type EngineTab = typeof tab;
Object.assign(globalThis, { tab });
