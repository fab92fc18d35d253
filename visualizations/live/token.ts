// The token that opens the page: it comes in the fragment of its address, and leaves the address bar at once.

const KEPT = 'token';

/** Of this address, else the one that this tab came with before it was loaded again. */
export function takeToken(): string | undefined {
  const given = location.hash.slice(1);
  if (given === '') return sessionStorage.getItem(KEPT) ?? undefined;
  sessionStorage.setItem(KEPT, given);
  history.replaceState(null, '', location.pathname);
  return given;
}
