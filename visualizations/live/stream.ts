// The stream of messages from the server, which begins anew whenever it was lost.
import { type Message, readMessage } from './messages.ts';

/** Who hears the stream, and what becomes of it. */
export interface Listener {
  /** Everything that has happened so far comes again. */
  readonly opened: () => void;
  readonly heard: (message: Message) => void;
  /** It is tried again. */
  readonly lost: () => void;
  /** The token is none of the server's: nothing is tried any more. */
  readonly refused: () => void;
}

/** Waits between two tries, in milliseconds: the last one for all that follow. */
const PAUSES = [250, 500, 1_000, 2_000];
/** Longest line, in characters. */
const MAX_LINE = 1024 * 1024;

/** Hears the server for as long as it takes the token; connects again whenever the stream is lost. */
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

/** @returns whether the server has taken it; what comes of it is told in the stream. */
export async function press(token: string, request: object): Promise<boolean> {
  const body = JSON.stringify(request);
  const response = await fetch('/press', { method: 'POST', headers: bearer(token), body }).catch(
    () => undefined,
  );
  return response?.ok ?? false;
}

const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });

async function readLines(body: ReadableStream<Uint8Array>, { heard }: Listener): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    const lines = (rest + decoder.decode(chunk.value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE) throw new RangeError('The line is too long.');
    for (const line of lines) {
      const message = readMessage(line);
      if (message) heard(message);
    }
  }
}
