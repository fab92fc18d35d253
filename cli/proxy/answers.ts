// Turns what went wrong on the way into the answer that the host gets: a JSON-RPC error with a sentence.
import { type JSONRPCMessage, SdkError, SdkHttpError, SseError } from '@modelcontextprotocol/client';
import { type Failure, type FailureCode, failure, toFailure } from '../../contract/errors.ts';
import { own, readObject } from '../../protocol/json.ts';
import { placeOf, shown } from '../../protocol/text.ts';
import { asUnreachable, messageOf } from '../failures.ts';
import { shellWord } from '../words.ts';
import { NoEndpoint, Unanswered } from './link.ts';
import { errorAnswer, type RequestId } from './messages.ts';
import { StreamEnded } from './relay.ts';
import { redirectOf, statusOf } from './statuses.ts';

/** The answer for a request of the host that the server did not answer. @param url The server. */
export function answerFor(thrown: unknown, id: RequestId, url: string): JSONRPCMessage {
  const said = SdkHttpError.isInstance(thrown) ? errorIn(thrown.data['text']) : undefined;
  if (said) return { jsonrpc: '2.0', id, error: said };
  const failed = failureOfRequest(thrown, url);
  return errorAnswer(id, failed, sentenceOf(failed, url));
}

/** The failure of a request that was sent to the server, or could not be sent. */
export function failureOfRequest(thrown: unknown, url: string): Failure {
  const place = placeOf(url);
  const is = (code: FailureCode, said: string) => failure(code, 'requesting', `${place} ${said}`);
  const look = `Check the URL of the server, or run authchart explain ${shellWord(shown(url, 2048))}.`;
  if (thrown instanceof StreamEnded || isCut(thrown))
    return is('server_unavailable', 'ended the connection before it answered. Send the request again.');
  if (thrown instanceof Unanswered)
    return is('response_invalid', `took the request, and did not answer it. ${look}`);
  if (thrown instanceof NoEndpoint) return is('response_invalid', `${thrown.message}. ${look}`);
  if (isNoMessage(thrown))
    return is('response_invalid', `answered with what is no message of MCP, such as a web page. ${look}`);
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return is('cancelled', 'was not waited for, since this server ends. Restart this server in its host.');
  const to = redirectOf(thrown);
  if (to !== undefined) {
    const said = `redirects to ${placeOf(to)}. Give that address if you trust it: a message is not sent on by itself.`;
    return is('redirect_refused', said);
  }
  const status = statusOf(thrown);
  return status === undefined
    ? toFailure(asUnreachable(thrown, url), 'requesting')
    : refusedWith(status, place);
}

function refusedWith(status: number, place: string): Failure {
  const isLater = status >= 500 || status === 429;
  const code = isLater ? 'server_unavailable' : 'response_invalid';
  const advice = isLater
    ? 'Try again later.'
    : status === 403
      ? 'This login may not do that.'
      : 'Check the URL of the server.';
  return failure(code, 'requesting', `${place} answered with the status ${status}. ${advice}`, { status });
}

/** Whether a stream of 2024-11-05 has ended at its beginning: then there is no status. */
function isCut(thrown: unknown): boolean {
  return SseError.isInstance(thrown) && thrown.code === undefined;
}

/** Whether the transport could not read the answer: of another type, no JSON, or no JSON-RPC. */
function isNoMessage(thrown: unknown): boolean {
  if (SdkHttpError.isInstance(thrown)) return false;
  // The transport of 2024-11-05 reports another type with the status.
  if (SseError.isInstance(thrown))
    return thrown.code !== undefined && thrown.code >= 200 && thrown.code < 300;
  const isUnread =
    thrown instanceof SyntaxError || (thrown instanceof Error && /ZodError$/.test(thrown.name));
  return isUnread || SdkError.isInstance(thrown);
}

/** The message for the host, in words for the person who configured it. */
export function sentenceOf(failed: Failure, url: string): string {
  const said = messageOf(failed, url);
  // The engine brings up no page again by itself after one that did not help.
  const isOver = ['access_denied', 'login_timed_out', 'cancelled'].includes(failed.code);
  if (!isOver || said.includes('Restart this server')) return said;
  return `${said.replace(/\.?$/, '.')} Restart this server in its host, or run authchart login ${shellWord(shown(url, 2048))}.`;
}

type JsonRpcError = { readonly code: number; readonly message: string; readonly data?: unknown };

/** The JSON-RPC error in the body of an answer with a status that is an error. */
function errorIn(text: unknown): JsonRpcError | undefined {
  const error = typeof text === 'string' ? own(readObject(text) ?? {}, 'error') : undefined;
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, message, data } = error as Readonly<Record<string, unknown>>;
  if (!Number.isInteger(code) || typeof message !== 'string') return undefined;
  return { code: code as number, message, ...(data !== undefined && { data }) };
}
