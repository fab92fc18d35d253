// Looking for a metadata document in several places, one after the other.
import { AuthError, type FailureCode } from '../../contract/errors.ts';
import { documentFailure, judgeDocumentAnswer } from '../../protocol/documentAnswer.ts';
import { retryAfterMs } from '../../protocol/retryAfter.ts';
import type { Door, DoorAnswer, DoorRequest } from './door.ts';
import type { RememberedAnswers } from './rememberedAnswers.ts';

/** How a document is looked for. */
export interface Search {
  readonly door: Door;
  readonly purpose: DoorRequest['purpose'];
  readonly resource: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** What to say of a document that is none. */
  readonly broken: FailureCode;
  /** Whether a text may be such a document; left out: any may. One that may not is absent. */
  readonly mayBe?: (text: string) => boolean;
  /** Told each answer that is no document. */
  readonly onAbsent?: (answer: DoorAnswer) => unknown;
  /** Answers that were asked for before, or by others at the same time. */
  readonly remembered: RememberedAnswers;
  /** Which of them will do: those asked for after this moment in the order of requests; null: none. */
  readonly after: number | null;
}

/**
 * The first of the places that has a document. What is absent leads to the next place; an outage, a time-out or a broken
 * document ends the search (DISC-11).
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
      search.onAbsent?.(answer);
    } catch (error) {
      // Many sites send unknown paths to a login page: no document, but worth a word when there is none at all.
      if (!(error instanceof AuthError) || error.code !== 'redirect_refused') throw error;
      refused ??= error;
    }
  }
  if (refused) throw refused;
  return undefined;
}

function look(url: string, search: Search): Promise<DoorAnswer> {
  const { door, purpose, resource, remembered, after } = search;
  const request = { purpose, method: 'GET', url, headers: { accept: 'application/json' }, resource } as const;
  // The resource decides which addresses the door lets through.
  const name = `${purpose} ${url} for ${resource}`;
  return remembered.answerTo({ name, after }, (signal) => door({ ...request, signal }), search.signal);
}

function isDocument(answer: DoorAnswer, url: string, { broken, now, mayBe }: Search): boolean {
  const verdict = judgeDocumentAnswer(answer);
  if (verdict === 'document') return mayBe?.(answer.text) ?? true;
  if (verdict === 'absent') return false;
  const retryAfter = retryAfterMs(answer.headers, now());
  throw new AuthError(documentFailure(verdict, { ...answer, url }, { broken, retryAfter }));
}
