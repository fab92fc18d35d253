// The token that the page needs. It is in the fragment of the address, and is removed from the address bar at once.

const KEPT = 'token';

/** The token of this address, else the one that this tab had before it was loaded again. */
export function takeToken(): string | undefined {
  const given = location.hash.slice(1);
  if (given === '') return sessionStorage.getItem(KEPT) ?? undefined;
  sessionStorage.setItem(KEPT, given);
  history.replaceState(null, '', location.pathname);
  return given;
}
