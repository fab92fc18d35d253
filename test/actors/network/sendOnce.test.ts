// One request as the door sends it: once, its body as text, and whatever comes of it.
import { describe, expect, it, vi } from 'vitest';
import { sendOnce } from '../../../actors/network/sendOnce.ts';

const url = new URL('https://as.example/token?a=b');
const { signal } = new AbortController();
const request = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a body', signal };

/** As a library has it that brings its own. */
const foreign = { status: 503, ok: false, headers: new Headers({ 'retry-after': '0' }), body: null };

describe('one request', () => {
  it.each([
    ['of this realm', new Response('no', { status: 503, headers: { 'retry-after': '0' } })],
    ['of a library', foreign as Response],
  ])('is sent once, and answered with the response %s', async (_, response) => {
    const fetch = vi.fn<typeof globalThis.fetch>(async () => response);
    expect(await sendOnce(fetch, url, request)).toBe(response);
    expect(fetch).toHaveBeenCalledTimes(1);
    const [at, init] = fetch.mock.calls[0] ?? [];
    expect(at).toBe(url.href);
    expect(init).toMatchObject({ method: 'POST', body: 'a body' });
    expect(init?.signal).toBe(signal);
    expect(Object.fromEntries(new Headers(init?.headers))).toEqual(request.headers);
  });

  it('is sent once where nobody answers', async () => {
    const thrown = new TypeError('fetch failed');
    const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.reject(thrown));
    await expect(sendOnce(fetch, url, request)).rejects.toBe(thrown);
    expect(fetch).toHaveBeenCalledTimes(1);
  });
});
