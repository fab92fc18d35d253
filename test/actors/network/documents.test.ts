// DISC-11: a document is looked for in one place after the other; what ends the search, and what leads on.
import { describe, expect, it } from 'vitest';
import { findDocument, type Search } from '../../../actors/network/documents.ts';
import type { DoorAnswer, DoorRequest } from '../../../actors/network/door.ts';
import { RememberedAnswers } from '../../../actors/network/rememberedAnswers.ts';
import { AuthError, failure } from '../../../contract/errors.ts';
import { failureOf } from '../../support/engine.ts';

const NOW = 1_800_000_000_000;
const json = (text: string, more: Partial<DoorAnswer> = {}): DoorAnswer => ({
  status: 200,
  mediaType: 'application/json',
  headers: new Headers(),
  url: '',
  text,
  ...more,
});
const absent = json('', { status: 404 });
const redirected = (to: string): AuthError =>
  new AuthError(failure('redirect_refused', 'discovering', `It leads to ${to}.`));

/** Looks in these places, by what each one answers. */
function look(places: Readonly<Record<string, DoorAnswer | Error>>, more: Partial<Search> = {}) {
  const asked: DoorRequest[] = [];
  const found = findDocument(Object.keys(places), {
    door: async (request) => {
      asked.push(request);
      const answer = places[request.url];
      if (!answer || answer instanceof Error) throw answer;
      return answer;
    },
    purpose: 'server-metadata',
    resource: 'https://mcp.example',
    now: () => NOW,
    signal: new AbortController().signal,
    broken: 'server_metadata_invalid',
    remembered: new RememberedAnswers(60_000, () => NOW),
    after: null,
    ...more,
  });
  return { found, asked };
}

describe('a document', () => {
  it('is the first that there is, and no later place is asked', async () => {
    const { found, asked } = look({ a: absent, b: json('{"b":1}'), c: json('{"c":1}') });
    expect((await found)?.text).toBe('{"b":1}');
    expect(asked.map(({ url }) => url)).toEqual(['a', 'b']);
    expect(asked[0]).toMatchObject({
      purpose: 'server-metadata',
      method: 'GET',
      headers: { accept: 'application/json' },
      resource: 'https://mcp.example',
    });
  });

  it('is none where every place says so, or shows a page', async () => {
    const page = json('<html>', { mediaType: 'text/html' });
    expect(await look({ a: absent, b: page, c: json('', { status: 401 }) }).found).toBeUndefined();
  });

  it('is only what may be one', async () => {
    const places = { a: json('other'), b: json('right') };
    expect((await look(places, { mayBe: (text) => text === 'right' }).found)?.text).toBe('right');
    expect(await look(places, { mayBe: () => false }).found).toBeUndefined();
  });

  it('is found behind a place that redirects to where it may not', async () => {
    const { found } = look({ a: redirected('a login page'), b: json('{}') });
    expect((await found)?.text).toBe('{}');
  });

  it('is none where the first redirect says why', async () => {
    const { found } = look({ a: absent, b: redirected('one'), c: redirected('two'), d: absent });
    expect((await failureOf(found)).message).toBe('It leads to one.');
  });

  it.each([
    [
      'an outage',
      json('', { status: 503, headers: new Headers({ 'retry-after': '7' }) }),
      'server_unavailable',
      503,
    ],
    ['another media type', json('a: 1', { mediaType: 'text/yaml' }), 'server_metadata_invalid', 200],
  ])('is looked for no longer after %s', async (_what, answer, code, status) => {
    const { found, asked } = look({ 'https://as.example/a': answer, b: json('{}') });
    const failed = await failureOf(found);
    expect(failed.toFailure()).toMatchObject({ code, phase: 'discovering', status });
    expect(failed.message).toContain('as.example');
    expect(failed.toFailure().retryAfter).toBe(status === 503 ? 7_000 : undefined);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['a failure of another kind', new AuthError(failure('unreachable', 'discovering', 'No network.'))],
    ['a defect', new Error('defect')],
  ])('is looked for no longer after %s', async (_what, thrown) => {
    const { found, asked } = look({ a: thrown, b: json('{}') });
    await expect(found).rejects.toBe(thrown);
    expect(asked).toHaveLength(1);
  });

  it('is asked for once for each purpose, place and resource, while it may be used again', async () => {
    const remembered = new RememberedAnswers(60_000, () => NOW);
    const again = { remembered, after: 0 };
    const counts = [];
    for (const more of [
      {},
      {},
      { purpose: 'resource-metadata' },
      { resource: 'https://other.example' },
    ] as const) {
      const { found, asked } = look({ a: json('{}') }, { ...again, ...more });
      await found;
      counts.push(asked.length);
    }
    const elsewhere = look({ b: json('{}') }, again);
    await elsewhere.found;
    expect([...counts, elsewhere.asked.length]).toEqual([1, 0, 1, 1, 1]);
  });

  it('C09: is not waited for after the signal', async () => {
    const ending = new AbortController();
    let given: AbortSignal | undefined;
    const door = ({ signal }: DoorRequest): Promise<never> => {
      given = signal;
      return new Promise(() => {});
    };
    const { found } = look({ a: absent }, { door, signal: ending.signal });
    ending.abort();
    expect((await failureOf(found)).code).toBe('cancelled');
    expect(given?.aborted).toBe(true);
  });
});
