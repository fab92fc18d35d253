// Waiting within a login: for the person, or for the engine that holds the login; and how both waits are left.
import { chart, heedingSiblings, known, reported } from '../chart.ts';
import { abandoned, finishedElsewhere, siblingReports } from './endings.ts';

/** Beside the engine that holds the login (AUTHZ-12). */
export const awaitingSibling = chart.createStateConfig({
  id: 'awaitingSibling',
  description:
    'Another engine holds this login: it has led the person to the server, or is about to. Waits for what comes of it, and takes the login over when its holder is gone. Changes nothing that the holder has stored.',
  tags: ['needsUser'],
  meta: { spec: ['AUTHZ-10', 'AUTHZ-12', 'TOK-13'] },
  entry: 'tellLoginAwaited',
  on: {
    ...siblingReports,
    'user.login': [
      {
        guard: 'wantsMoreThanLogin',
        target: '#discovering',
        actions: 'recordRequestedLogin',
        description: 'That login would not do: another one, which takes its place',
      },
      {
        guard: 'wasAskedFor',
        target: 'presenting',
        actions: 'recordRequestedLogin',
        description: 'Asked again: shows the same request',
      },
      {
        guard: 'otherwise',
        target: 'awaitingSibling',
        reenter: true,
        actions: 'recordRequestedLogin',
        description: 'Is its holder still there?',
      },
    ],
    'response.received': { guard: 'isOurs', target: 'validating' },
  },
  invoke: [
    {
      id: 'takeOverLogin',
      src: 'takeOverLogin',
      input: ({ context }) => ({
        session: context.session,
        pending: known(context.pending),
        isAsked: context.requestedLogin !== null,
      }),
      onDone: [
        {
          guard: { type: 'isBrokenOff', params: reported },
          description: 'The holder has gone while it spent the code',
          target: '#recovering',
          actions: { type: 'recordTime', params: reported },
        },
        {
          guard: { type: 'isToBePushed', params: reported },
          target: 'pushing',
          actions: ['spendAuthorization', { type: 'recordHeld', params: reported }],
        },
        {
          guard: { type: 'isToBeShown', params: reported },
          target: 'presenting',
          actions: ['spendAuthorization', { type: 'recordHeld', params: reported }],
        },
        {
          guard: 'otherwise',
          description: 'The person may have the page open: opens nothing',
          target: 'awaitingUser',
          actions: { type: 'recordHeld', params: reported },
        },
      ],
      onError: [finishedElsewhere, { guard: 'otherwise', ...abandoned }],
    },
    {
      id: 'joinedLoginDeadline',
      src: 'waitUntil',
      input: ({ context }) => ({ at: known(context.pending).expiresAt }),
      onDone: { target: 'abandoning', actions: 'failLoginTimedOut' },
    },
    heedingSiblings,
  ],
});

/** For the person, whose answer comes here. */
export const awaitingUser = chart.createStateConfig({
  id: 'awaitingUser',
  description: 'It is the person’s turn. The answer may come here, later, or to another process.',
  tags: ['needsUser'],
  meta: { spec: ['AUTHZ-3', 'AUTHZ-10', 'AUTHZ-13', 'TOK-13'] },
  entry: 'tellLoginAwaited',
  on: {
    ...siblingReports,
    'user.login': {
      target: 'presenting',
      actions: 'recordRequestedLogin',
      description: 'Asked again: show the same request',
    },
    'response.received': { guard: 'isOurs', target: 'validating' },
  },
  invoke: [
    {
      id: 'awaitResponse',
      src: 'awaitResponse',
      input: ({ context }) => ({ session: context.session, pending: known(context.pending) }),
      onDone: { target: 'validating' },
      onError: [finishedElsewhere, { guard: 'otherwise', ...abandoned }],
    },
    {
      id: 'loginDeadline',
      src: 'waitUntil',
      input: ({ context }) => ({ at: known(context.pending).expiresAt }),
      onDone: { target: 'abandoning', actions: 'failLoginTimedOut' },
    },
    heedingSiblings,
  ],
});

/** The login goes on elsewhere, or has ended there. */
export const withdrawing = chart.createStateConfig({
  id: 'withdrawing',
  description:
    'The login goes on elsewhere, or has ended there: lets go of the redirect URI, then reads the store.',
  meta: { spec: ['AUTHZ-12', 'TOK-13'] },
  invoke: {
    id: 'releaseRedirect',
    src: 'discardAuthorization',
    input: ({ context: { session, redirectUri } }) => ({
      session,
      pending: null,
      redirectUri,
      failure: null,
    }),
    onDone: { target: '#recovering' },
    onError: { target: '#recovering' },
  },
});

/** A login that ends without a grant. */
export const abandoning = chart.createStateConfig({
  id: 'abandoning',
  description:
    'A login that ends without a grant leaves nothing behind that could be answered; what another engine holds is left to it.',
  meta: { spec: ['AUTHZ-3', 'AUTHZ-12'] },
  on: { 'user.cancel': {} },
  invoke: {
    id: 'discardAuthorization',
    src: 'discardAuthorization',
    input: ({ context }) => ({
      session: context.session,
      pending: context.pending,
      redirectUri: context.redirectUri,
      failure: context.failure,
    }),
    onDone: { target: '#failed' },
    onError: { target: '#failed' },
  },
});
