// What the answer to a look for a metadata document means: a document, none, a broken one, or nothing for now. (DISC-11)
import { type Failure, type FailureCode, failure } from '../contract/errors.ts';
import { isJson, readObject } from './json.ts';
import { isOutage } from './outage.ts';
import { placeOf, shown } from './text.ts';

/** An answer of a place where a document may be. */
export interface DocumentAnswer {
  /** HTTP status. */
  readonly status: number;
  /** In lower case, without parameters; '' when there is none. */
  readonly mediaType: string;
  readonly text: string;
}

/** `broken`: there is something, which is no JSON. `outage`: nobody can say now whether there is a document. */
export type DocumentVerdict = 'document' | 'absent' | 'broken' | 'outage';

/** What servers of files, and gateways, call a JSON text that nobody told them the type of. */
const untyped: ReadonlySet<string> = new Set(['', 'text/plain', 'text/json', 'application/octet-stream']);

/**
 * Judges an answer before its members are read. A 404 and its kin are absent, and so is an HTML page with 200 (D16). An outage
 * is not: nobody must be led to a weaker document by it (D30, D34). A JSON object of no particular type is a document; what
 * is called HTML is none, whatever it holds (D15).
 * @see RFC 9728 §3.2, RFC 8414 §3.2
 */
export function judgeDocumentAnswer({ status, mediaType, text }: DocumentAnswer): DocumentVerdict {
  if (status !== 200) return isOutage(status) ? 'outage' : 'absent';
  if (isJson(mediaType) || (untyped.has(mediaType) && readObject(text))) return 'document';
  return mediaType === 'text/html' ? 'absent' : 'broken';
}

/**
 * What to say of an answer that ends the search.
 * @param broken the code for a document of another media type.
 * @param retryAfter milliseconds, as the server asked.
 * @see RFC 9110 §10.2.3
 */
export function documentFailure(
  verdict: 'broken' | 'outage',
  answer: Omit<DocumentAnswer, 'text'> & { readonly url: string },
  { broken, retryAfter }: { readonly broken: FailureCode; readonly retryAfter: number | undefined },
): Failure {
  const { status, mediaType, url } = answer;
  if (verdict === 'broken') {
    const message = `${placeOf(url)} answers with "${shown(mediaType, 60)}" instead of JSON; its operator must mend this.`;
    return failure(broken, 'discovering', message, { status });
  }
  const message = `${placeOf(url)} is not available now (${status}); try again later.`;
  return failure('server_unavailable', 'discovering', message, {
    status,
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

/** A place that has no document. */
export type AbsentDocument = Pick<DocumentAnswer, 'status'> & { readonly url: string };

/** Of the places that have none, the one that keeps it behind a login: metadata has to be public. @see RFC 9728 §3, RFC 8414 §3 */
export function guardedAmong(absent: readonly AbsentDocument[]): AbsentDocument | undefined {
  return absent.find(({ status }) => status === 401 || status === 403);
}
