// The inspector in a real browser: the library's own receiver, in a page of another origin, gets a whole story.
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chapters, leaksIn, secretsOf } from '../adapters/inspectStory.ts';
import { startWorld, type World } from '../support/world.ts';
import { executable, startChromium } from './chromium.ts';
import type { Receiver } from './inspectReceiver.ts';
import { type InspectSite, startInspectSite } from './inspectSite.ts';
import type { InspectTab } from './inspectTab.ts';
import { openToPages } from './openToPages.ts';

declare const tab: InspectTab;
declare const receiver: Receiver;

describe.skipIf(executable === undefined)('in Chromium', () => {
  let site: InspectSite;
  let world: World;
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    [site, browser] = await Promise.all([startInspectSite(), startChromium()]);
  });
  beforeEach(async () => {
    [world, context] = await Promise.all([startWorld(), browser.newContext()]);
    openToPages(world);
    // Pages cannot look where a redirect leads to: it is told in the body.
    for (const at of ['a', 'b'] as const)
      world.script(`${at} GET /authorize`, (request) => ({ body: world.correctly(request).headers }));
  });
  afterEach(async () => {
    await context.close();
    await world.close();
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  interface Shown {
    readonly page: Page;
    /** The page of the receiver, in a frame or in a window of its own. */
    readonly shown: Frame;
  }

  async function start(shownIn: 'frame' | 'window'): Promise<Shown> {
    const page = await context.newPage();
    await page.goto(site.app);
    await page.waitForFunction(() => 'tab' in globalThis);
    const opened = shownIn === 'window' ? page.waitForEvent('popup') : undefined;
    const where = { resource: world.resource, url: site.receiver, shownIn };
    await page.evaluate(({ resource, url, shownIn: at }) => tab.start(resource, url, at), where);
    const shown = opened ? (await opened).mainFrame() : page.frames()[1];
    if (!shown) throw new Error('There is no frame.');
    return { page, shown };
  }

  const call = ({ page }: Shown): Promise<number | undefined> => page.evaluate(() => tab.call());
  const gotBy = ({ shown }: Shown): Promise<Receiver['got']> => shown.evaluate(() => receiver.got);
  /** Waits until the receiver knows that our chart is authorized. */
  const isAuthorized = ({ shown }: Shown): Promise<unknown> =>
    shown.waitForFunction(
      () => 'receiver' in globalThis && JSON.stringify(receiver.got).includes('"renewal":"fresh"'),
    );

  test.each(['frame', 'window'] as const)(
    'L01, L02, L11: a receiver in a %s gets actors, events and snapshots of a whole story, and no secret',
    async (shownIn) => {
      const opened = await start(shownIn);
      for (const change of chapters) {
        change(world);
        await call(opened);
      }
      await opened.page.evaluate(() => tab.end());
      await opened.shown.waitForFunction(() => 'receiver' in globalThis && receiver.hasEnded);
      const got = await gotBy(opened);

      const chart = got.find((message) => message.type === '@xstate.actor' && message.name === 'auth');
      expect(chart).toBe(got[0]);
      const values = got.flatMap((message) =>
        message.type === '@xstate.snapshot' && message.sessionId === chart?.sessionId
          ? [Object(message.snapshot).value]
          : [],
      );
      expect(values).toEqual(await opened.page.evaluate(() => tab.values));
      expect(values).toContainEqual('rejected');
      const names = got.flatMap((message) => (message.type === '@xstate.actor' ? message.name : []));
      for (const name of ['exchangeCode', 'refreshGrant', 'revokeGrants']) expect(names).toContain(name);
      const events = got.flatMap((message) => (message.type === '@xstate.event' ? message.event.type : []));
      for (const type of ['challenge.received', 'user.logout']) expect(events).toContain(type);

      const secrets = secretsOf(world);
      expect(secrets.size).toBeGreaterThan(20);
      expect(got.length).toBeGreaterThan(100);
      expect(leaksIn(JSON.stringify(got), secrets)).toEqual([]);
    },
  );

  test('L02: a frame that is loaded again is told how all stand; one led to another origin nothing', async () => {
    const opened = await start('frame');
    await call(opened);
    await isAuthorized(opened);
    const [introduction] = await gotBy(opened);
    await opened.shown.goto(site.receiver);
    await isAuthorized(opened);
    const [first, second] = await gotBy(opened);
    expect(first).toEqual(introduction);
    expect(second).toMatchObject({ type: '@xstate.snapshot', sessionId: first?.sessionId });

    const elsewhere = site.receiver.replace('localhost', '127.0.0.1');
    await opened.page.evaluate(async (url) => {
      const frame = document.querySelector('iframe');
      await new Promise((resolve) => {
        frame?.addEventListener('load', resolve);
        frame?.setAttribute('src', url);
      });
    }, elsewhere);
    await opened.page.waitForFunction(() => 'receiver' in (frames[0] ?? {}));
    world.needs = () => 'write';
    expect(await call(opened)).toBe(200);
    // What comes after all that could have come.
    const shown = opened.page.frame({ url: elsewhere }) ?? opened.shown;
    await opened.page.evaluate(() => frames[0]?.postMessage({ type: '@statelyai.disconnected' }, '*'));
    await shown.waitForFunction(() => receiver.hasEnded);
    expect(await gotBy({ ...opened, shown })).toEqual([]);
  });
});
