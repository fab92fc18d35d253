// Several `authchart login` on one folder of logins, and one person at one browser: one page, and all end alike (AUTHZ-12).
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { fileStore } from '../../adapters/node.ts';
import type { Running } from '../cli/command.ts';
import type {} from './figures.ts';
import { rounds } from './rounds.ts';
import { Terminals } from './terminals.ts';

/** Everything by `npm run races`; in every test run one pair. */
const isWhole = process.env['AUTHCHART_RACES'] === 'whole';
const thinking = [200, 600, 1500];
const two = rounds(2, 20, thinking);
const five = rounds(5, 20, thinking).filter((_, index) => index % 4 === 0);
const timeout = 60_000;

let terminals: Terminals;

/** Whoever asks afterwards gets the token of the login, and it is good. */
async function expectToken(): Promise<void> {
  const { code, stdout } = await terminals.run('token').ended;
  expect(code).toBe(0);
  const headers = { authorization: `Bearer ${stdout.trim()}` };
  const answer = await fetch(terminals.world.resource, { method: 'POST', headers, body: '{}' });
  expect(answer.status).toBe(200);
}

/** One registration, one code, one page; and nothing is left that could be answered, or that somebody waits for. */
async function expectOneLogin(): Promise<void> {
  const { world, pages, folder } = terminals;
  // On a machine where the first one takes longer than 3 s to a page, the next one begins as well.
  expect(world.requests('a', 'POST', '/register').length).toBeLessThanOrEqual(isWhole ? 1 : 2);
  expect(world.requests('a', 'POST', '/token').map(({ form }) => form.has('code'))).toEqual([true]);
  expect(pages).toHaveLength(1);
  const store = fileStore({ folder });
  const kinds = ['pending:', 'login:', 'spend:'];
  expect((await Promise.all(kinds.map((kind) => store.list(kind)))).flat()).toEqual([]);
}

// Windows has no program that could stand in the place of its browser.
describe.skipIf(process.platform === 'win32')('commands at once', () => {
  afterEach(() => terminals.end());

  it.for(isWhole ? [...two, ...five] : two.slice(1, 2))(
    'AUTHZ-12, R13, TOK-13: logins that start at $at ms are one login, by a person who takes $thinks ms',
    { timeout },
    async ({ at, thinks }, { task }) => {
      terminals = await Terminals.begin(thinks);
      const logins = at.map(async (after) => {
        await pause(after);
        return terminals.run('login').ended;
      });
      const ended = await Promise.all(logins);
      const loggedIn = ended.filter(({ code }) => code === 0).length;
      const pages = terminals.pages.length;
      task.meta.started = { by: 'command', processes: at.length, pages, loggedIn };
      // With what they said, where they did not succeed.
      expect(ended.map(({ code, stderr }) => (code === 0 ? 'logged in' : stderr))).toEqual(
        at.map(() => 'logged in'),
      );
      for (const { stdout } of ended) expect(stdout).toMatch(/^Logged in at /);
      await expectOneLogin();
      await expectToken();
    },
  );
});

describe.runIf(isWhole && process.platform !== 'win32')(
  'a command whose login another one has joined',
  () => {
    let first: Running;
    let second: Running;

    /** The first one has opened its page, and the second one waits for what comes of it. */
    async function beginBoth(): Promise<void> {
      terminals = await Terminals.begin(null);
      first = terminals.run('login');
      await expect.poll(() => terminals.pages).toHaveLength(1);
      second = terminals.run('login');
      await second.printed(/another process has a login under way/);
    }
    afterEach(() => terminals.end());

    it('AUTHZ-12, AUTHZ-10: may be killed: the other one takes over, with the page that is open', {
      timeout,
    }, async () => {
      await beginBoth();
      first.child.kill('SIGKILL');
      await second.printed(/waiting until the login is finished/);
      await terminals.answer();
      expect((await second.ended).code).toBe(0);
      await expectOneLogin();
      await expectToken();
    });

    it('AUTHZ-12: may be ended with Ctrl-C: so is the login of the other one', { timeout }, async () => {
      await beginBoth();
      first.child.kill('SIGINT');
      const ended = await Promise.all([first.ended, second.ended]);
      expect(ended.map(({ code }) => code)).toEqual([130, 3]);
      expect((await terminals.run('token').ended).code).toBe(3);
    });

    it('AUTHZ-12: goes on when the other one is ended with Ctrl-C', { timeout }, async () => {
      await beginBoth();
      second.child.kill('SIGINT');
      expect((await second.ended).code).toBe(130);
      await terminals.answer();
      expect((await first.ended).code).toBe(0);
      await expectOneLogin();
      await expectToken();
    });

    it('AUTHZ-12: is denied to both', { timeout }, async () => {
      await beginBoth();
      await terminals.deny();
      const ended = await Promise.all([first.ended, second.ended]);
      expect(ended.map(({ code }) => code)).toEqual([3, 3]);
      for (const { stderr } of ended) expect(stderr).toMatch(/denied/);
    });
  },
);
