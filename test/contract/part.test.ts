// Parts that are loaded when they are first used: once, at hand after that, and asked for again where that failed.
import { describe, expect, it } from 'vitest';
import { Part } from '../../contract/part.ts';

describe('a part of the program', () => {
  it('is loaded when it is first used, and once for all who ask meanwhile', async () => {
    let loads = 0;
    const part = new Part(async () => {
      loads += 1;
      return { loads };
    });
    expect(part.atHand).toBeUndefined();
    const [one, other] = await Promise.all([part.load(), part.load()]);
    expect(one).toBe(other);
    expect(part.atHand).toBe(one);
    expect(await part.load()).toBe(one);
    expect(loads).toBe(1);
  });

  it('that cannot be loaded is an AuthError, which says nothing of where it was', async () => {
    const part = new Part(async () => {
      throw new TypeError('https://app.example/assets/use-1a2b.js?key=secret');
    });
    const failure = await part.load('discovering').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'unreachable', phase: 'discovering', recovery: 'retry-later' });
    expect(String(failure)).toMatch(/could not be loaded; try again/);
    expect(String(failure)).not.toContain('secret');
    await expect(part.load()).rejects.toMatchObject({ phase: 'requesting' });
  });

  it('is loaded once more after it could not be', async () => {
    let isThere = false;
    const part = new Part(async () => {
      if (!isThere) throw new Error('gone');
      return 'here';
    });
    await expect(part.load()).rejects.toThrow();
    isThere = true;
    expect(await part.load()).toBe('here');
    expect(part.atHand).toBe('here');
  });

  it('is begun for who will ask for it, once, and fails for nobody before that', async () => {
    const outcomes = [() => Promise.reject(new Error('gone')), async () => 'here'];
    let loads = 0;
    const part = new Part(() => outcomes[loads++]?.() ?? Promise.reject(new Error('asked for too often')));
    part.begin();
    await new Promise((resolve) => setImmediate(resolve));
    expect([loads, part.atHand]).toEqual([1, undefined]);
    part.begin();
    expect(await part.load()).toBe('here');
    part.begin();
    expect(loads).toBe(2);
  });
});
