// What a server answers instead of the truth, or how it answers: for any document and any endpoint.
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { changing, faults, type Misbehaviour } from '../../adapters/testing/misbehaviour.ts';

/** A correct client has stopped reading long before, in bytes. */
const TOO_MUCH = 48 * 1024 * 1024;
const CHUNK = 256 * 1024;
/** Between two bytes of a slow answer, in milliseconds. */
const DRIP = 200;

/** Answers with this text. */
export const answering =
  (body: string, type = 'application/json', status = 200): Misbehaviour =>
  () =>
    new Response(body, { status, headers: { 'content-type': type } });

/** Answers with this value as JSON. */
export const json = (value: unknown, status = 200): Misbehaviour =>
  answering(JSON.stringify(value), 'application/json', status);

/** Answers with a page for people. */
export const page = (status: number): Misbehaviour =>
  answering('<!doctype html><title>Welcome</title><p>Welcome.', 'text/html; charset=utf-8', status);

/** Answers with an empty body. */
export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Misbehaviour =>
  () =>
    new Response(null, { status: code, headers });

/** Replaces members of the true document. One that is undefined is left out. */
export const members = (changes: Readonly<Record<string, unknown>>): Misbehaviour =>
  changing((document) => ({ ...document, ...changes }));

/** Answers with the true body after a change of its text. */
export const rewriting =
  (change: (text: string) => string, type?: string): Misbehaviour =>
  async (_request, correctly) => {
    const answer = await correctly();
    const headers = new Headers(answer.headers);
    if (type !== undefined) headers.set('content-type', type);
    return new Response(change(await answer.text()), { status: answer.status, headers });
  };

/** Sends the client elsewhere. The server itself does nothing. */
export const redirect = (code: number, location: () => string): Misbehaviour => {
  return () => new Response(null, { status: code, headers: { location: location() } });
};

/** The true document, and then blanks: far more than any document has. A client without a limit takes it for good. */
export const padded: Misbehaviour = async (_request, correctly) => {
  const answer = await correctly();
  const body = new TextEncoder().encode(await answer.text());
  let left = TOO_MUCH;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(body),
    pull(controller) {
      if (left <= 0) return controller.close();
      left -= CHUNK;
      controller.enqueue(new Uint8Array(CHUNK).fill(0x20));
    },
  });
  return new Response(stream, { status: answer.status, headers: answer.headers });
};

/** The same, packed: it is small on its way. */
export const packed: Misbehaviour = async (_request, correctly) => {
  const answer = await correctly();
  const body = gzipSync((await answer.text()) + ' '.repeat(TOO_MUCH));
  const headers = new Headers(answer.headers);
  headers.set('content-encoding', 'gzip');
  return new Response(body, { status: answer.status, headers });
};

/** One byte after the other, and never the last one. */
export const dripping: Misbehaviour = ({ status: code = 200 }) => {
  let gone = false;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await sleep(DRIP);
      if (!gone) controller.enqueue(new Uint8Array([0x20]));
    },
    cancel() {
      gone = true;
    },
  });
  return new Response(stream, { status: code, headers: { 'content-type': 'application/json' } });
};

/** Says nothing, and keeps the connection. */
export const silence: Misbehaviour = () => faults.hang;

/** Does its work, and cuts the connection before the client hears of it. */
export const lost: Misbehaviour = async (_request, correctly) => {
  await correctly();
  return faults.cut;
};

/** JSON with so many arrays in each other. */
export const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
