// The engine and the session, made once and outside of components: no rendering makes another one.
import { createAuthEngine } from 'authchart';
import { popupUserAgent, redirectUserAgent, webStore } from 'authchart/browser';
import { readSettings } from './settings.ts';

const { resource, way } = readSettings();
const redirectUri = `${location.origin}/callback`;

/** Its window has to be opened in the click: `useAuth` does that. */
export const popup = way === 'popup' ? popupUserAgent({ redirectUri }) : undefined;

export const engine = createAuthEngine({
  client: { name: 'Notes' },
  userAgent: popup ?? redirectUserAgent({ redirectUri }),
  store: webStore(),
});

export const session = engine.session({ resource });

// While you develop: this module is loaded again, and makes another engine.
import.meta.hot?.dispose(() => void engine.dispose());
