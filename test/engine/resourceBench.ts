// A resource that answers as a test says, and the tokens that requests to it carry.
import { expect } from 'vitest';
import type { Dpop } from '../../actors/network/dpop.ts';
import { makeKey, readKey } from '../../actors/network/dpopKey.ts';
import type { UsableToken } from '../../engine/useGrant.ts';

export const resource = 'https://mcp.example/mcp';
/** An address at another origin. */
export const elsewhere = 'https://elsewhere.example/a';

/** A request as it was sent. */
export interface Sent {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
}

/** A `fetch` of its own. @param answers one after the other; the last one again and again; without any: 200. */
export function wire(...answers: readonly (() => Response)[]) {
  const sent: Sent[] = [];
  const send = (async (url, init = {}) => {
    sent.push({ url: String(url), init, headers: new Headers(init.headers) });
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    return answer?.() ?? new Response('{}');
  }) as typeof fetch;
  return { send, sent };
}

/** An answer of some address, as the platform's own fetch gives it. */
export const from = (url: string, init: ResponseInit = {}, body: BodyInit | null = null): Response =>
  Object.defineProperty(new Response(body, init), 'url', { value: url });

/** A redirect of the resource. */
export const leads = (status: number, location: string) => (): Response =>
  from(resource, { status, headers: { location } });

/** What a browser shows of a redirect that it is not to follow. */
export const hidden = (): Response =>
  Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' });

/** An answer that tells whether its body was let go. */
export function open(init: ResponseInit) {
  let isLetGo = false;
  const body = new ReadableStream({
    cancel() {
      isLetGo = true;
    },
  });
  return { answer: from(resource, init, body), isLetGo: () => isLetGo };
}

/** A token that anybody could use. */
export const bearer: UsableToken = {
  accessToken: 'access',
  version: '7',
  isBound: false,
  headersFor: async () => ({ authorization: 'Bearer access' }),
};

/** A token that is bound to a key, as `useGrant` makes it. */
export async function boundTo(dpop: Dpop): Promise<UsableToken> {
  const key = (await readKey(await makeKey())) ?? expect.unreachable();
  return {
    ...bearer,
    isBound: true,
    headersFor: async ({ method, url }) => {
      const proof = await dpop.prove(key, { method, url, accessToken: 'access', nonce: dpop.nonceFor(url) });
      return { authorization: 'DPoP access', dpop: proof };
    },
  };
}

/** What the proof of a request says. */
export const claimsOf = (one: Sent | undefined): Record<string, unknown> =>
  JSON.parse(Buffer.from(one?.headers.get('dpop')?.split('.')[1] ?? '', 'base64url').toString());
