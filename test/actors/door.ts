// A door to the network that answers as a test says, and notes what was asked.
import type { Door, DoorRequest } from '../../actors/network/door.ts';
import type { Tools } from '../../actors/tools/tools.ts';

/** A request that came to the door. */
export interface Asked extends DoorRequest {
  /** The body as a form. */
  readonly form: Readonly<Record<string, string>>;
}

/** An answer; its body is sent as JSON unless it is a text. */
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @param reply is told the request, and how many there were before it. What it throws, the door throws. */
export function doorThat(reply: (asked: Asked, before: number) => Reply | Promise<Reply>): {
  readonly doorOf: Tools['doorOf'];
  /** Requests, oldest first. */
  readonly asked: readonly Asked[];
} {
  const asked: Asked[] = [];
  const door: Door = async (request) => {
    const one = { ...request, form: Object.fromEntries(new URLSearchParams(request.body ?? '')) };
    asked.push(one);
    const { status = 200, body = {}, headers = {} } = await reply(one, asked.length - 1);
    return {
      status,
      headers: new Headers({ 'content-type': 'application/json', ...headers }),
      mediaType: 'application/json',
      text: typeof body === 'string' ? body : JSON.stringify(body),
      url: request.url,
    };
  };
  return { doorOf: () => door, asked };
}
