// Passes messages on between a host and a server, as they are, and answers those requests of the host that failed on the way.
import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/client';
import type { HostSide } from './hostSide.ts';
import type { Screen } from './ignoredTools.ts';
import { answeredId, cancelledId, isRequest, ownsItsStream, type RequestId } from './messages.ts';
import type { Remote } from './remote.ts';

/** What the relay works with. */
export interface RelayParts {
  /** The side of the host, not started. */
  readonly host: Pick<HostSide, 'send' | 'onmessage'>;
  readonly remote: Remote;
  readonly screen: Screen;
  /** The answer for a request that could not be answered by the server. */
  readonly explain: (thrown: unknown, id: RequestId) => JSONRPCMessage;
  /** Told of failures that no request of the host waits for. */
  readonly onTrouble: (thrown: unknown) => void;
}

/** The server has ended the stream of a request without an answer, or the session that the stream was in. */
export class StreamEnded extends Error {
  override readonly name = 'StreamEnded';
}

interface Pending {
  readonly request: JSONRPCRequest;
  readonly abort: AbortController;
  /** The server has the request, and the answer comes in a stream. */
  isSent: boolean;
}

/** Begins to pass messages on. */
export function startRelay({ host, remote, screen, explain, onTrouble }: RelayParts): void {
  const pending = new Map<RequestId, Pending>();
  // One message after the other: a host that reads slowly is waited for.
  let written = Promise.resolve();

  function toHost(message: JSONRPCMessage): void {
    // Where nobody reads standard output, the whole process ends.
    written = written.then(() => host.send(message)).catch(() => {});
  }

  function fail(id: RequestId, thrown: unknown): void {
    if (pending.delete(id)) toHost(explain(thrown, id));
  }

  function ask(request: JSONRPCRequest): void {
    const { id } = request;
    const refusal = screen.refusal(request);
    if (refusal) return void toHost(refusal);
    const one: Pending = { request, abort: new AbortController(), isSent: false };
    pending.set(id, one);
    const options = {
      requestSignal: one.abort.signal,
      onRequestStreamEnd: () => pending.get(id) === one && fail(id, new StreamEnded()),
    };
    remote.send(request, options).then(
      () => {
        one.isSent = true;
      },
      (thrown: unknown) => pending.get(id) === one && fail(id, thrown),
    );
  }

  /**
   * A newer protocol cancels by the end of the stream. An older one needs the notification, too, since a server goes on
   * when a connection ends.
   */
  function cancel(one: Pending, message: JSONRPCMessage): void {
    const end = () => one.abort.abort();
    pending.delete(one.request.id);
    if (!one.isSent) end();
    if (ownsItsStream(one.request)) return void end();
    remote.send(message).catch(onTrouble).finally(end);
  }

  host.onmessage = (message) => {
    const id = cancelledId(message);
    const cancelled = id === undefined ? undefined : pending.get(id);
    if (cancelled) cancel(cancelled, message);
    else if (isRequest(message)) ask(message);
    else remote.send(message).catch(onTrouble);
  };

  remote.onmessage = (message) => {
    const id = answeredId(message);
    if (id === undefined) return void toHost(message);
    const one = pending.get(id);
    // A request that was cancelled, or answered here, has no second answer.
    if (!one) return;
    pending.delete(id);
    toHost(screen.cleaned(message, one.request));
  };

  remote.onlost = () => {
    for (const [id, { isSent }] of pending) if (isSent) fail(id, new StreamEnded());
  };
}
