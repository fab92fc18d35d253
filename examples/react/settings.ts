// What a person chooses in the page: the resource, and how the login page is shown. Kept for the page that comes back.

/** `redirect`: the page leaves, and comes back. `popup`: the login page is in a window of its own. */
export type Way = 'redirect' | 'popup';

export interface Settings {
  readonly resource: string;
  readonly way: Way;
}

/** The address of `npm run playground`. */
const PLAYGROUND = 'http://127.0.0.1:9728/mcp';
const KEY = 'notes.settings';

/** What was chosen last; what makes no sense is replaced. */
export function readSettings(): Settings {
  const read = new URLSearchParams(localStorage.getItem(KEY) ?? '');
  const resource = read.get('resource') ?? '';
  return {
    resource: resource === '' ? PLAYGROUND : resource,
    way: read.get('way') === 'popup' ? 'popup' : 'redirect',
  };
}

/** Loads the page anew: an engine is made once. */
export function changeSettings(settings: Settings): void {
  localStorage.setItem(KEY, new URLSearchParams({ ...settings }).toString());
  location.assign('/');
}
