// Cases about restarts: what a process has to know of the one before, also of one that was killed.
import type { Case, Kind } from '../case.ts';
import { authorization, registration } from '../places.ts';
import { atMost, grantOf } from '../plays.ts';
import { isOf } from '../stage.ts';
import { killAt, mustWork, patience, renewals } from './processes.ts';

const restarts: readonly Case[] = [
  {
    name: 'rotated-token',
    title: 'The access token ends before each of two further processes.',
    wants: 'Each process renews with the newest refresh token, and nobody logs in again.',
    source: ['TOK-4', 'T11'],
    why: 'The second restart would cost a login, and end the logins of all other processes.',
    needs: 'memory',
    play: async (stage) => {
      await mustWork(stage);
      for (let run = 0; run < 2; run += 1) {
        stage.world.expireAccessTokens();
        await mustWork(stage);
      }
      atMost(stage, 1, authorization, 'logins');
      stage.world.expectNoMistakes();
    },
  },
  {
    name: 'token-that-works',
    title: 'Another process starts while the access token works.',
    wants: 'It uses that token: nothing is renewed, and nobody logs in.',
    source: ['TOK-5'],
    why: 'Each start of a tool would be a request to the authorization server.',
    needs: 'memory',
    play: async (stage) => {
      await mustWork(stage);
      await mustWork(stage);
      atMost(stage, 1, authorization, 'logins');
      atMost(stage, 0, renewals, 'renewals');
    },
  },
  {
    name: 'registration',
    title: 'The grant is revoked between two processes.',
    wants: 'The second one uses the registration of the first, and the person logs in.',
    source: ['BIND-1', 'R13'],
    why: 'Servers collect dead clients, and some of them limit their number.',
    needs: 'memory',
    play: async (stage) => {
      await mustWork(stage);
      stage.world.revokeGrants();
      await mustWork(stage);
      atMost(stage, 1, registration, 'registrations');
      atMost(stage, 2, authorization, 'logins');
    },
  },
  {
    name: 'moved',
    title: 'The resource moves to another server between two processes, and the access token has ended.',
    wants: 'The second process sends the new server nothing of the old one, and works.',
    source: ['BIND-3', 'M02'],
    why: 'The new server could use the login at the old one.',
    needs: 'memory',
    play: async (stage) => {
      await mustWork(stage);
      stage.world.moveResource('b');
      await mustWork(stage);
      atMost(stage, 0, { ...renewals, to: 'b' }, 'renewals at the new server');
    },
  },
  {
    name: 'forgotten-client',
    title: 'The server has forgotten the client between two processes.',
    wants: 'The second process gets a new registration in the end, within two runs.',
    source: ['REG-10', 'R10'],
    why: 'The client could not be used again before somebody deletes its files.',
    needs: 'memory',
    play: async (stage) => {
      await mustWork(stage);
      stage.world.forgetClients();
      stage.world.revokeGrants();
      await stage.run({ mayWait: true });
      await mustWork(stage);
      atMost(stage, 3, registration, 'registrations');
    },
  },
  {
    name: 'more-scopes',
    title: 'A process got one more scope for a tool; a second process calls the same tool.',
    wants: 'The second process has the scope, and nobody logs in again.',
    source: ['STEP-2', 'STEP-6'],
    why: 'Each start of a tool would cost a login.',
    needs: 'memory',
    play: async (stage) => {
      stage.world.askForScopes(['write'], { when: isOf('tools/call') });
      await mustWork(stage);
      await mustWork(stage);
      atMost(stage, 2, authorization, 'logins');
    },
  },
];

const kills: readonly Case[] = [
  {
    name: 'killed-in-renewal',
    title: 'A process is killed after the server has renewed its token, and before it knows.',
    wants: 'The next process works, with one more login at most.',
    source: ['T13', 'C10'],
    why: 'The client could not be used again before somebody deletes its files.',
    needs: 'memory',
    patience,
    play: async (stage) => {
      await mustWork(stage);
      stage.world.expireAccessTokens();
      await killAt(stage, renewals);
      await mustWork(stage);
      atMost(stage, 2, authorization, 'logins');
      atMost(stage, 2, renewals, 'renewals');
    },
  },
  {
    name: 'killed-in-login',
    title: 'A process is killed while the person is at the login page.',
    wants: 'The next process works.',
    source: ['A35', 'C07'],
    why: 'The login seems to be under way for ever, and nobody can log in.',
    patience,
    play: async (stage) => {
      await killAt(stage, authorization);
      await mustWork(stage);
      atMost(stage, 2, authorization, 'logins');
    },
  },
  {
    name: 'killed-in-registration',
    title: 'A process is killed after the server has registered it, and before it knows.',
    wants: 'The next process works.',
    source: ['C07', 'R13'],
    why: 'The registration seems to be under way for ever, and nobody can log in.',
    patience,
    play: async (stage) => {
      await killAt(stage, registration);
      await mustWork(stage);
      atMost(stage, 2, registration, 'registrations');
    },
  },
  {
    name: 'killed-in-exchange',
    title: 'A process is killed after its code was taken, and before it has the token.',
    wants: 'The next process works, and does not send that code.',
    source: ['T26', 'A35'],
    why: 'A server that sees a code twice takes it for stolen.',
    patience,
    play: async (stage) => {
      await killAt(stage, grantOf('authorization_code'));
      await mustWork(stage);
      const codes = stage
        .sent(grantOf('authorization_code'))
        .map(({ raw }) => new URLSearchParams(raw.body).get('code'));
      stage.must(new Set(codes).size === codes.length, 'The client sent a code twice.');
    },
  },
];

/** Of restarts. */
export const restartKind: Kind = {
  kind: 'restart',
  about: 'What a process knows of the one before it, also when that one was killed.',
  cases: [...restarts, ...kills],
};
