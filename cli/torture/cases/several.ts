// Cases about several processes at once: one login, one renewal, one registration.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Case, Kind } from '../case.ts';
import { authorization, registration } from '../places.ts';
import { atMost } from '../plays.ts';
import { isOf, type Stage } from '../stage.ts';
import { killAt, mustWork, patience, renewals } from './processes.ts';

/** A client may have to wait for its sibling before it sends its first request, in milliseconds. */
const LONGEST_MEETING = 5000;

/** So many processes at once, which all have to use the tool. */
async function together(stage: Stage, count: number): Promise<void> {
  const from = stage.world.requests.length;
  meet(stage, count);
  const all = Array.from({ length: count }, () => stage.start());
  const ended = await Promise.all(all.map((one) => stage.finish(one)));
  const used = stage
    .sent({ step: 'call', when: isOf('tools/call') }, from)
    .filter(({ status }) => status === 200);
  stage.must(
    used.length >= count && ended.every(({ code }) => code === 0),
    'Not all processes got to use the tool.',
  );
}

/** The first requests of the processes are answered when all are there: otherwise the first may be done before the last begins. */
function meet(stage: Stage, count: number): void {
  let here = 0;
  let go = (): void => {};
  const all = new Promise<void>((resolve) => {
    go = resolve;
  });
  stage.world.misbehave(
    { step: 'call', to: 'resource', when: isOf('initialize') },
    async (_request, correctly) => {
      here += 1;
      if (here === count) go();
      await Promise.race([all, sleep(LONGEST_MEETING, undefined, { ref: false })]);
      return correctly();
    },
    { times: count },
  );
}

const several: readonly Case[] = [
  {
    name: 'two-log-in',
    title: 'Two processes start at the same time, and nobody has logged in.',
    wants: 'There is one login, and one registration.',
    source: ['AUTHZ-12', 'C06'],
    why: 'The person gets two login pages for one thing, and one of them fails.',
    needs: 'memory',
    play: async (stage) => {
      await together(stage, 2);
      atMost(stage, 1, registration, 'registrations');
      atMost(stage, 1, authorization, 'logins');
    },
  },
  ...[2, 4].map(
    (count): Case => ({
      name: `${count === 2 ? 'two' : 'four'}-renew`,
      title: `${count === 2 ? 'Two' : 'Four'} processes start at the same time, and the access token has ended.`,
      wants: 'There is one renewal, and no refresh token is sent twice.',
      source: ['TOK-5', 'C03'],
      why: 'A server that sees a refresh token twice takes it for stolen, and ends the login of all.',
      needs: 'memory',
      play: async (stage) => {
        await mustWork(stage);
        stage.world.expireAccessTokens();
        await together(stage, count);
        atMost(stage, 1, authorization, 'logins');
        const tokens = stage
          .sent(renewals)
          .map(({ raw }) => new URLSearchParams(raw.body).get('refresh_token'));
        stage.must(new Set(tokens).size === tokens.length, 'A refresh token was sent twice.');
        atMost(stage, 1, renewals, 'renewals');
      },
    }),
  ),
  {
    name: 'two-after-revocation',
    title: 'Two processes start at the same time, and the grant was revoked.',
    wants: 'The person logs in once.',
    source: ['TOK-6', 'AUTHZ-12'],
    why: 'The second login ends the first one, or the person sees two pages.',
    needs: 'memory',
    play: async (stage) => {
      await mustWork(stage);
      stage.world.revokeGrants();
      await together(stage, 2);
      atMost(stage, 2, authorization, 'logins');
    },
  },
  {
    name: 'holder-is-killed',
    title: 'One of two processes is killed while it renews.',
    wants: 'The other one goes on and works, with one more login at most.',
    source: ['C04', 'T13'],
    why: 'A lock of a dead process stops all others.',
    needs: 'memory',
    patience,
    play: async (stage) => {
      await mustWork(stage);
      stage.world.expireAccessTokens();
      const killed = killAt(stage, renewals);
      const from = stage.world.requests.length;
      const other = stage.start();
      await killed;
      await stage.finish(other);
      if (!stage.usedTool(from)) await mustWork(stage);
      atMost(stage, 2, authorization, 'logins');
    },
  },
];

/** Of several processes. */
export const severalKind: Kind = {
  kind: 'several',
  about: 'Several processes at once, which share one home.',
  cases: several,
};
