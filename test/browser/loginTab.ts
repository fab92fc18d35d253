// Runs in the page: the real engine with a user agent of browsers, and at the redirect URI what finishes the login.
import { completeLogin, popupUserAgent, redirectUserAgent, webStore } from '../../adapters/browser.ts';
import { AuthError, createAuthEngine } from '../../index.ts';

const { origin, pathname, searchParams } = new URL(location.href);
const isPopup = pathname.startsWith('/popup');
const popup = popupUserAgent({ redirectUri: `${origin}/popup/callback` });
const redirect = redirectUserAgent({ redirectUri: `${origin}/redirect/callback` });
/** Given in the address, and kept for the page that comes back. */
const resource = searchParams.get('resource') ?? localStorage.getItem('resource') ?? '';
localStorage.setItem('resource', resource);
let ahead = 0;

const engine = createAuthEngine({
  client: { name: 'authchart in a browser' },
  userAgent: isPopup ? popup : redirect,
  store: webStore(),
  policy: { interaction: searchParams.has('auto') ? 'auto' : 'ask', requestTimeout: 2_000 },
  now: () => Date.now() + ahead,
});
const session = engine.session({ resource });

/** Every login and completion, as it ended. */
const ended: string[] = [];
const note = (what: string, work: Promise<unknown>): void => {
  work.then(
    () => ended.push(`${what}: ok`),
    (thrown: unknown) => ended.push(`${what}: ${thrown instanceof AuthError ? thrown.code : String(thrown)}`),
  );
};

const tab = {
  ended,
  /** As a click would; nobody waits for what comes of it. */
  login(): void {
    if (isPopup) popup.open(resource);
    note('login', session.login());
  },
  /** As the engine does for a login that has ended before anybody was led anywhere. */
  dismiss: (): void => popup.dismiss(),
  cancel: (): void => void session.cancel(),
  call: (): void => note('call', session.fetch(resource)),
  state: (): string => JSON.stringify(session.snapshot.value),
  /** @param later how far the clock of this page is ahead, in milliseconds. */
  token(later = 0): Promise<string> {
    ahead = later;
    return session.token();
  },
};
export type LoginTab = typeof tab;
Object.assign(globalThis, { tab });
if (pathname.endsWith('/callback')) note('completion', completeLogin(engine, { close: isPopup }));
