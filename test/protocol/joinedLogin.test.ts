// AUTHZ-12: which login is joined, who may end it, and when another engine takes it over.
import { describe, expect, it } from 'vitest';
import {
  ANSWERED_WITHIN,
  ASK_EVERY,
  AT_ONCE,
  isShownBesideListener,
  judgeUnshown,
  judgeWatched,
  type ListenedLogin,
  type LoginUnderWay,
  mayEndLogin,
  servesLogin,
  type UnshownHolder,
  type WantedLogin,
  type WatchedLogin,
} from '../../protocol/joinedLogin.ts';

const NOW = 1_000_000;
const client = { clientId: 'c1', kind: 'dynamic' } as const;
const other = { clientId: 'c2', kind: 'dynamic' } as const;
const current: LoginUnderWay = {
  issuer: 'https://as.example',
  resource: 'https://rs.example/mcp',
  scopes: ['read', 'write'],
  client,
  expiresAt: NOW + 1,
  isHeldHere: false,
};
const wanted: WantedLogin = {
  issuer: current.issuer,
  resource: current.resource,
  scopes: ['read'],
  client,
};

describe('AUTHZ-12: a login that is under way', () => {
  const rows: readonly [string, Partial<LoginUnderWay>, Partial<WantedLogin>, boolean][] = [
    ['brings more than is wanted', {}, {}, true],
    ['brings just what is wanted', {}, { scopes: ['write', 'read'] }, true],
    ['brings less', {}, { scopes: ['read', 'admin'] }, false],
    ['expires now', { expiresAt: NOW }, {}, false],
    ['is of another server', { issuer: 'https://other.example' }, {}, false],
    ['is for another resource', { resource: 'https://rs.example' }, {}, false],
    ['is made for a client, and none is wanted', {}, { client: null }, true],
    ['is made for a sibling’s registration', {}, { client: other }, true],
    ['is ours, and made for a client that we replaced', { isHeldHere: true }, { client: other }, false],
    ['is ours, with our client', { isHeldHere: true }, {}, true],
    [
      'is a sibling’s, made for a client by hand',
      { client: { clientId: 'c1', kind: 'pre-registered' } },
      { client: other },
      false,
    ],
    [
      'is a sibling’s, and ours is by hand',
      {},
      { client: { clientId: 'c2', kind: 'metadata-document' } },
      false,
    ],
  ];
  it.each(rows)('that %s', (_, under, want, serves) => {
    expect(servesLogin({ ...current, ...under }, { ...wanted, ...want }, NOW)).toBe(serves);
  });
});

describe('AUTHZ-12: a login is ended for all', () => {
  const request = { isAnswered: false, expiresAt: NOW + 1 };
  it.each([
    ['by its holder', true, request, true],
    ['by nobody else', false, request, false],
    ['by whoever finds it answered', false, { ...request, isAnswered: true }, true],
    ['by whoever finds it expired', false, { ...request, expiresAt: NOW }, true],
    ['by whoever finds its request gone', false, undefined, true],
  ])('%s', (_, isHeldHere, what, may) => {
    expect(mayEndLogin({ isHeldHere, request: what }, NOW)).toBe(may);
  });
});

describe('AUTHZ-12: a login that is waited for', () => {
  const open: WatchedLogin = {
    isSpent: false,
    isOfEnded: false,
    isAnswered: false,
    isAttended: false,
    still: 100,
    leaseTerm: 100,
  };
  it.each([
    ['is somebody’s, who has to be found out', {}, 'ask'],
    ['has its answer', { isAnswered: true }, 'wait'],
    ['is attended to by another chart of this engine', { isAttended: true }, 'wait'],
    ['is being exchanged', { isSpent: true, still: 99 }, 'wait'],
    ['was broken off in mid-exchange', { isSpent: true }, 'break off'],
    ['was broken off by a process that has ended', { isSpent: true, isOfEnded: true, still: 0 }, 'break off'],
    [
      'was broken off, answered and attended or not',
      { isSpent: true, isAnswered: true, isAttended: true },
      'break off',
    ],
  ] as const)('%s', (_, change, verdict) => {
    expect(judgeWatched({ ...open, ...change })).toBe(verdict);
  });
});

describe('AUTHZ-12: a login that another engine has taken over, and listens for', () => {
  const taken: ListenedLogin = { isInherited: true, isAsked: true, age: AT_ONCE, waited: 0 };
  it.each([
    ['is shown to whoever asks from then on', {}, true],
    ['is not shown where nobody asks', { isAsked: false }, false],
    ['is not shown to whoever asks at once with those who are led there', { age: AT_ONCE - 1 }, false],
    ['is not shown to whoever has waited since before', { waited: 1 }, false],
    ['is not shown where the one who listens began it', { isInherited: false }, false],
  ] as const)('%s', (_, change, isShown) => {
    expect(isShownBesideListener({ ...taken, ...change })).toBe(isShown);
  });
});

describe('C06: a login that no port shows', () => {
  const joined: UnshownHolder = {
    holder: 'another engine',
    isLeft: false,
    isAsked: true,
    age: AT_ONCE - 1,
    unanswered: undefined,
    answered: undefined,
  };
  it.each([
    ['is shown again to whoever asks later', { age: AT_ONCE }, 'show'],
    ['stays with its holder where nobody asks', { isAsked: false, age: AT_ONCE }, 'wait'],
    ['stays with its holder who is asked, while both asked at once', {}, 'ask'],
    ['stays with its holder who has just answered', { answered: ASK_EVERY - 1 }, 'wait'],
    [
      'stays with its holder who has answered a while ago, and is asked again',
      { answered: ASK_EVERY },
      'ask',
    ],
    ['stays with its holder who may still answer', { unanswered: ANSWERED_WITHIN - 1 }, 'wait'],
    ['goes on here when its holder does not answer', { unanswered: ANSWERED_WITHIN }, 'lead'],
    ['goes on here at once when its holder was a page that is left', { isLeft: true, age: 0 }, 'lead'],
    ['stays with such a page where nobody asks', { isLeft: true, isAsked: false }, 'wait'],
    ['goes on here when it is ours', { holder: 'this engine', isAsked: false, age: 0 }, 'lead'],
    ['goes on here when its holder has left it', { holder: 'nobody', isAsked: false, age: 0 }, 'lead'],
  ] as const)('%s', (_, change, verdict) => {
    expect(judgeUnshown({ ...joined, ...change })).toBe(verdict);
  });
  it('asked for at once is within three seconds', () => {
    expect(AT_ONCE).toBe(3_000);
  });
  it('whoever looks every 5 seconds has time to answer', () => {
    expect(ANSWERED_WITHIN).toBe(6_000);
  });
  it('a holder that answers is asked four times a minute', () => {
    expect(ASK_EVERY).toBe(15_000);
  });
});
