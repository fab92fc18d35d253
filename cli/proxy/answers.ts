// Turns what went wrong on the way into the answer that the host gets: a JSON-RPC error with a sentence.
import { type JSONRPCMessage, SdkError, SdkHttpError } from '@modelcontextprotocol/client';
import { type Failure, failure, toFailure } from '../../contract/errors.ts';
import { own, readObject } from '../../protocol/json.ts';
import { placeOf, shown } from '../../protocol/text.ts';
import { asUnreachable, messageOf } from '../failures.ts';
import { shellWord } from '../words.ts';
import { Unanswered } from './link.ts';
import { errorAnswer, type RequestId } from './messages.ts';
import { StreamEnded } from './relay.ts';
import { statusOf } from './statuses.ts';

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
  if (thrown instanceof StreamEnded) {
    const message = `${place} ended the connection before it answered. Send the request again.`;
    return failure('server_unavailable', 'requesting', message);
  }
  if (thrown instanceof Unanswered) {
    const message = `${place} took the request, and did not answer it. Check the URL of the server, or tell its operator.`;
    return failure('response_invalid', 'requesting', message);
  }
  if (isNoMessage(thrown)) {
    const message = `${place} answered with what is no message of MCP, such as a web page. Check the URL of the server, or run authchart explain ${shellWord(shown(url, 2048))}.`;
    return failure('response_invalid', 'requesting', message);
  }
  const status = statusOf(thrown);
  if (status === undefined) return toFailure(asUnreachable(thrown, url), 'requesting');
  const isLater = status >= 500 || status === 429;
  const code = isLater ? 'server_unavailable' : 'response_invalid';
  const advice = isLater
    ? 'Try again later.'
    : status === 403
      ? 'This login may not do that.'
      : 'Check the URL of the server.';
  return failure(code, 'requesting', `${place} answered with the status ${status}. ${advice}`, { status });
}

/** Whether the transport could not read the answer: of another type, no JSON, or no JSON-RPC. */
function isNoMessage(thrown: unknown): boolean {
  if (SdkHttpError.isInstance(thrown)) return false;
  const isUnread =
    thrown instanceof SyntaxError || (thrown instanceof Error && /ZodError$/.test(thrown.name));
  return isUnread || SdkError.isInstance(thrown);
}

/** The message for the host, in words for the person who configured it. */
export function sentenceOf(failed: Failure, url: string): string {
  const said = messageOf(failed, url);
  // The engine brings up no page again by itself after one that did not help.
  const isOver = ['access_denied', 'login_timed_out', 'cancelled'].includes(failed.code);
  if (!isOver) return said;
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
