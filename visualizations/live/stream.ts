// The stream of messages from the server. When the connection is lost, it is opened again.
import { type Message, readMessage } from './messages.ts';

/** Called with what happens on the stream. */
export interface Listener {
  /** The connection is open. All messages so far follow. */
  readonly opened: () => void;
  readonly received: (message: Message) => void;
  /** The connection is lost, and will be opened again. */
  readonly lost: () => void;
  /** The server does not know the token. The connection is not opened again. */
  readonly refused: () => void;
}

/** The pauses between two tries, in milliseconds. The last one repeats. */
const PAUSES = [250, 500, 1_000, 2_000];
/** The longest line, in characters. */
const MAX_LINE = 1024 * 1024;

/** Receives messages until the server refuses the token. */
export async function listen(token: string, listener: Listener): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const response = await fetch('/facts', { headers: bearer(token) }).catch(() => undefined);
    if (response?.status === 401) return listener.refused();
    if (response?.ok && response.body) {
      tries = 0;
      listener.opened();
      await readLines(response.body, listener).catch(() => undefined);
    }
    listener.lost();
    await new Promise((resolve) => setTimeout(resolve, PAUSES[Math.min(tries, PAUSES.length - 1)]));
  }
}

/** Presses a button. @returns whether the server has accepted it. The stream brings the outcome. */
export async function press(token: string, request: object): Promise<boolean> {
  const body = JSON.stringify(request);
  const response = await fetch('/press', { method: 'POST', headers: bearer(token), body }).catch(
    () => undefined,
  );
  return response?.ok ?? false;
}

const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });

async function readLines(body: ReadableStream<Uint8Array>, { received }: Listener): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const lines = (rest + decoder.decode(chunk.value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw new RangeError('The line is too long.');
    for (const line of lines) {
      const message = readMessage(line);
      if (message) received(message);
    }
  }
}
