// Looking for a metadata document: what counts as absent, and what must not be mistaken for it (DISC-11).
import { AuthError, type FailureCode, failure } from '../../contract/errors.ts';
import { isJson } from '../../protocol/json.ts';
import { retryAfterMs } from '../../protocol/retryAfter.ts';
import { placeOf, shown } from '../../protocol/text.ts';
import type { Door, DoorAnswer, DoorRequest } from './door.ts';

export interface Search {
  readonly door: Door;
  readonly purpose: DoorRequest['purpose'];
  readonly resource: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** What to say of a document that is none. */
  readonly broken: FailureCode;
}

/**
 * The first of the places that has a document.
 * A 404 and its kin are absent, and so is an HTML page with 200 (D16). A 5xx, a 429 or a time-out is not:
 * it ends the search, so that nobody is led to a weaker document by an outage (D30, D34).
 * @throws AuthError what the door throws; `server_unavailable`; `broken` for a document of another media type.
 */
export async function findDocument(
  places: readonly string[],
  search: Search,
): Promise<DoorAnswer | undefined> {
  let refused: AuthError | undefined;
  for (const url of places) {
    try {
      const answer = await look(url, search);
      if (isDocument(answer, url, search)) return answer;
    } catch (error) {
      // Many sites send unknown paths to a login page: no document, but worth a word when there is none at all.
      if (!(error instanceof AuthError) || error.code !== 'redirect_refused') throw error;
      refused ??= error;
    }
  }
  if (refused) throw refused;
  return undefined;
}

function look(url: string, { door, purpose, resource, signal }: Search): Promise<DoorAnswer> {
  return door({ purpose, method: 'GET', url, headers: { accept: 'application/json' }, resource, signal });
}

function isDocument(answer: DoorAnswer, url: string, search: Search): boolean {
  if (answer.status === 200) {
    if (isJson(answer.mediaType)) return true;
    if (answer.mediaType === 'text/html') return false;
    throw new AuthError(
      failure(
        search.broken,
        'discovering',
        `${placeOf(url)} answers with "${shown(answer.mediaType, 60)}" instead of JSON; its operator must mend this.`,
        {
          status: 200,
        },
      ),
    );
  }
  if (isOutage(answer.status)) throw unavailable(answer, url, search.now());
  return false;
}

/** Statuses that speak of the moment and not of the document. */
export function isOutage(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}

function unavailable(answer: DoorAnswer, url: string, now: number): AuthError {
  const retryAfter = retryAfterMs(answer.headers, now);
  return new AuthError(
    failure(
      'server_unavailable',
      'discovering',
      `${placeOf(url)} is not available now (${answer.status}); try again later.`,
      {
        status: answer.status,
        ...(retryAfter !== undefined && { retryAfter }),
      },
    ),
  );
}
