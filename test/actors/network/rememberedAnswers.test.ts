// Metadata that was asked for once, and is used again: for how long, and by whom.
import { describe, expect, it } from 'vitest';
import type { DoorAnswer } from '../../../actors/network/door.ts';
import { RememberedAnswers } from '../../../actors/network/rememberedAnswers.ts';
import { toolsFor } from '../tools.ts';

const never = new AbortController().signal;
const answerOf = (status: number, text = '', headers: Record<string, string> = {}): DoorAnswer => ({
  status,
  headers: new Headers(headers),
  mediaType: '',
  text,
  url: '',
});

describe('answers that are used again', () => {
  const remembering = (longest = 1_000) => {
    const { clock } = toolsFor();
    const answers = new RememberedAnswers(longest, clock.now);
    let count = 0;
    const get = async (
      after: number | null,
      name = 'a',
      status = 200,
      headers: Record<string, string> = {},
    ): Promise<string> => {
      const ask = async (): Promise<DoorAnswer> => {
        count += 1;
        return answerOf(status, String(count), headers);
      };
      return (await answers.answerTo({ name, after }, ask, never)).text;
    };
    return { answers, clock, get };
  };

  it('DISC-11: are those that are young enough, and were asked for late enough', async () => {
    const { answers, clock, get } = remembering();
    expect([await get(0), await get(0), await get(0, 'b')]).toEqual(['1', '1', '2']);
    expect(await get(null)).toBe('3');
    expect(await get(0)).toBe('3');
    const later = answers.mark();
    expect(await get(later)).toBe('4');
    expect(await get(later)).toBe('4');
    clock.pass(999);
    expect(await get(0)).toBe('4');
    clock.pass(1);
    expect(await get(0)).toBe('5');
    // A clock that was set back says nothing about their age.
    clock.pass(-1);
    expect(await get(0)).toBe('6');
  });

  it('DISC-11: are none of an outage, and none where nothing is to be remembered', async () => {
    const { get } = remembering();
    for (const status of [500, 503, 429]) await get(0, 'a', status);
    expect(await get(0, 'a', 404)).toBe('4');
    expect(await get(0)).toBe('4');
    const forgetful = remembering(0);
    expect([await forgetful.get(0), await forgetful.get(0)]).toEqual(['1', '2']);
  });

  it('DISC-11: are one for all who ask while it is on its way, unless it was asked for too early', async () => {
    const { answers, clock } = remembering();
    const ends: ((answer: DoorAnswer) => void)[] = [];
    const ask = (): Promise<DoorAnswer> => new Promise((resolve) => ends.push(resolve));
    const get = (after: number | null) => answers.answerTo({ name: 'a', after }, ask, never);
    const first = [get(null), get(0), get(null)];
    expect(ends).toHaveLength(1);
    const later = answers.mark();
    const second = [get(later), get(later), get(null)];
    expect(ends).toHaveLength(2);
    ends[1]?.(answerOf(200, 'second'));
    expect(await Promise.all(second.map(async (one) => (await one).text))).toEqual(Array(3).fill('second'));
    // The first comes last, and does not take the place of what was asked for after it.
    ends[0]?.(answerOf(200, 'first'));
    expect(await Promise.all(first.map(async (one) => (await one).text))).toEqual(Array(3).fill('first'));
    expect((await get(later)).text).toBe('second');
    expect((await get(0)).text).toBe('second');
    expect(clock.next).toBeUndefined();
  });

  it('DISC-11: are good for the last millisecond that they may be used', async () => {
    const { clock, get } = remembering(1);
    expect([await get(0), await get(0)]).toEqual(['1', '1']);
    clock.pass(1);
    expect(await get(0)).toBe('2');
  });

  it('DISC-11: count from when they were asked for, not from when one before them was', async () => {
    const { answers, get } = remembering();
    expect(await get(0)).toBe('1');
    const later = answers.mark();
    expect(await get(null)).toBe('2');
    expect(await get(later)).toBe('2');
  });

  it('DISC-11: are not asked for again because an earlier one has come', async () => {
    const { answers } = remembering();
    const ends: ((answer: DoorAnswer) => void)[] = [];
    const ask = (): Promise<DoorAnswer> => new Promise((resolve) => ends.push(resolve));
    const get = (after: number | null) => answers.answerTo({ name: 'a', after }, ask, never);
    const first = get(null);
    const second = get(answers.mark());
    ends[0]?.(answerOf(200, 'first'));
    expect((await first).text).toBe('first');
    const third = get(null);
    expect(ends).toHaveLength(2);
    ends[1]?.(answerOf(200, 'second'));
    expect([(await second).text, (await third).text]).toEqual(['second', 'second']);
  });

  it('DISC-11: take no place of others where they may not be used again', async () => {
    const { get } = remembering();
    for (let at = 0; at < 500; at += 1) await get(0, `n${at}`);
    expect(await get(0, 'secret', 200, { 'cache-control': 'no-store' })).toBe('501');
    expect(await get(0, 'n0')).toBe('1');
  });

  it('DISC-11: are forgotten last where they were asked for last', async () => {
    const { get } = remembering();
    for (let at = 0; at < 500; at += 1) await get(0, `n${at}`);
    expect(await get(null, 'n0')).toBe('501');
    await get(0, 'n500');
    expect(await get(0, 'n0')).toBe('501');
    expect(await get(0, 'n1')).toBe('503');
  });

  it('DISC-11: are five hundred at most, and the oldest goes first', async () => {
    const { get } = remembering();
    for (let at = 0; at < 501; at += 1) await get(0, `n${at}`);
    expect(await get(0, 'n1')).toBe('2');
    expect(await get(0, 'n500')).toBe('501');
    expect(await get(0, 'n0')).toBe('502');
  });
});
