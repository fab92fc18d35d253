// The phase with a person in it: prepare, present, await, validate, exchange.
import { accumulatedScopes, knownGrants, scopesToRequest } from '../actions.ts';
import { chart, heedingSiblings, known, reported, thrown, wantedLogin } from '../chart.ts';
import type { AuthContext } from '../context.ts';

const failed = {
  target: '#failed',
  actions: { type: 'recordFailure', params: thrown('authorizing') },
} as const;

const abandoned = {
  target: 'abandoning',
  actions: { type: 'recordFailure', params: thrown('authorizing') },
} as const;

/** A sibling has finished this login, or is about to: what it got is in the store. */
const finishedElsewhere = {
  guard: { type: 'isSpentElsewhere', params: thrown('authorizing') },
  description: 'A sibling has finished it',
  target: 'withdrawing',
  actions: { type: 'recordFailure', params: thrown('authorizing') },
} as const;

/** Another engine has a login under way that serves as well. */
const joined = {
  guard: { type: 'isFound', params: reported },
  target: '#awaitingSibling',
  actions: { type: 'recordFound', params: reported },
} as const;

/** What siblings may do to a login that is waited for. */
const siblingNews = {
  'grant.changed': {
    guard: 'isNewGrant',
    target: '#withdrawing',
    description: 'Finished by a sibling',
  },
  'login.replaced': { target: '#withdrawing', description: 'A sibling asks for more' },
  'login.ended': {
    target: '#abandoning',
    description: 'It has ended elsewhere, without a grant',
    actions: 'recordSharedFailure',
  },
} as const;

const forgotten = {
  guard: { type: 'canReplaceClient', params: thrown('authorizing') },
  description: 'The server does not know its client any more',
  target: '#registering',
  actions: 'spendRegistration',
} as const;

/** What a grant that needs no redirect is asked for with. */
const grantRequest = ({ context }: { readonly context: AuthContext }) => ({
  session: context.session,
  server: known(context.server),
  registration: known(context.registration),
  resource: context.resourceMetadata?.resource ?? context.session.resource,
  scopes: scopesToRequest(context),
});

/** The phase that gets a grant: by a code and a person, by a person at another device, or with nobody at all. */
export const authorizing = chart.createStateConfig({
  id: 'authorizing',
  description: 'One grant: by a code and a person, by a person at another device, or directly.',
  tags: ['busy'],
  meta: { spec: ['AUTHZ-1', 'AUTHZ-11', 'STEP-3'] },
  initial: 'choosing',
  on: {
    'user.login': { actions: 'recordWish' },
    'user.cancel': { target: '.abandoning', actions: 'failCancelled' },
  },
  states: {
    choosing: {
      description: 'The way that the host is set up for, where the server has it.',
      meta: { spec: ['EXT-1', 'EXT-2', 'EXT-3', 'EXT-4', 'EXT-6'] },
      always: [
        { guard: 'isDirect', target: 'granting' },
        { guard: 'isDevice', target: 'requestingDeviceCode' },
        { guard: 'isCode', target: 'findingLogin' },
        { guard: 'otherwise', target: '#failed', actions: 'failStrategyImpossible' },
      ],
    },
    granting: {
      description:
        'A grant with no person: client credentials, or an assertion that speaks for someone. Tried once.',
      meta: {
        spec: ['EXT-1', 'EXT-2', 'EXT-3', 'EXT-4', 'EXT-5', 'AUTHZ-2', 'TOK-11', 'BIND-8', 'STEP-6'],
      },
      invoke: {
        id: 'requestDirectGrant',
        src: 'requestDirectGrant',
        input: grantRequest,
        onDone: {
          target: '#authorized',
          actions: ['spendAuthorization', { type: 'recordGrant', params: reported }],
        },
        onError: [
          {
            guard: { type: 'isTransient', params: thrown('authorizing') },
            description: 'An outage disturbs nobody, and its pauses bound it',
            ...failed,
          },
          {
            guard: 'otherwise',
            target: '#failed',
            actions: ['spendAuthorization', { type: 'recordFailure', params: thrown('authorizing') }],
          },
        ],
      },
    },
    requestingDeviceCode: {
      entry: 'spendAuthorization',
      description: 'Asks the server for a code that a person can type elsewhere.',
      meta: { spec: ['EXT-6', 'AUTHZ-2'] },
      invoke: {
        id: 'requestDeviceCode',
        src: 'requestDeviceCode',
        input: grantRequest,
        onDone: { target: 'presentingDeviceCode', actions: { type: 'recordPending', params: reported } },
        onError: [forgotten, { guard: 'otherwise', ...failed }],
      },
    },
    presentingDeviceCode: {
      description: 'Shows the code, and where to type it.',
      meta: { spec: ['EXT-6', 'AUTHZ-11'] },
      invoke: {
        id: 'presentDeviceCode',
        src: 'presentDeviceCode',
        input: ({ context }) => ({ session: context.session, pending: known(context.pending) }),
        onDone: { target: 'awaitingApproval' },
        onError: abandoned,
      },
    },
    awaitingApproval: {
      description: 'It is the person’s turn, at another device; the server is asked as often as it allows.',
      tags: ['needsUser'],
      meta: { spec: ['EXT-6', 'EXT-5', 'BIND-8', 'TOK-4', 'TOK-13', 'STEP-6'] },
      on: {
        'grant.changed': {
          guard: 'isNewGrant',
          target: '#recovering',
          description: 'Finished by a sibling',
        },
      },
      invoke: [
        {
          id: 'pollDeviceGrant',
          src: 'pollDeviceGrant',
          input: ({ context }) => ({
            session: context.session,
            pending: known(context.pending),
            server: known(context.server),
          }),
          onDone: { target: '#authorized', actions: { type: 'recordGrant', params: reported } },
          onError: abandoned,
        },
        heedingSiblings,
      ],
    },
    findingLogin: {
      id: 'findingLogin',
      description: 'Looks whether another engine has a login of this session under way that serves as well.',
      meta: { spec: ['AUTHZ-12'] },
      invoke: {
        id: 'findLogin',
        src: 'findLogin',
        input: ({ context }) => wantedLogin(context),
        onDone: [
          joined,
          {
            guard: 'knowsRegistration',
            target: 'reserving',
            actions: { type: 'recordTime', params: reported },
          },
          {
            guard: 'otherwise',
            target: '#registering',
            actions: { type: 'recordTime', params: reported },
          },
        ],
        onError: failed,
      },
    },
    reserving: {
      description: 'Makes the redirect URI ready; one that is registered, when it can be had.',
      meta: { spec: ['AUTHZ-8'] },
      invoke: {
        id: 'reserveRedirect',
        src: 'reserveRedirect',
        input: ({ context }) => ({
          ...wantedLogin(context),
          wanted: context.registration?.redirectUris ?? [],
        }),
        onDone: [
          { ...joined, description: 'Another engine has it, for a login that serves as well' },
          {
            guard: { type: 'isRedirectRegistered', params: reported },
            target: 'preparing',
            actions: { type: 'recordRedirect', params: reported },
          },
          {
            guard: 'otherwise',
            description: 'The registered port is taken',
            target: '#submitting',
            actions: { type: 'recordRedirect', params: reported },
          },
        ],
        onError: failed,
      },
    },
    preparing: {
      id: 'preparing',
      entry: 'spendAuthorization',
      description: 'State, verifier and expected issuer are recorded before anyone is sent anywhere.',
      meta: {
        spec: [
          'AUTHZ-1',
          'AUTHZ-2',
          'AUTHZ-3',
          'AUTHZ-4',
          'SCOPE-1',
          'SCOPE-2',
          'SCOPE-3',
          'STEP-1',
          'STEP-2',
        ],
      },
      invoke: {
        id: 'prepareAuthorization',
        src: 'prepareAuthorization',
        input: ({ context }) => ({
          session: context.session,
          server: known(context.server),
          registration: known(context.registration),
          redirectUri: known(context.redirectUri),
          resource: context.resourceMetadata?.resource ?? context.session.resource,
          scopes: scopesToRequest(context),
          accumulated: accumulatedScopes(context),
          knownGrants: knownGrants(context),
        }),
        onDone: [
          {
            guard: { type: 'isJoined', params: reported },
            description: 'Another engine has this login under way',
            target: 'awaitingSibling',
            actions: { type: 'recordJoined', params: reported },
          },
          {
            guard: 'isPushDue',
            target: 'pushing',
            actions: { type: 'recordPending', params: reported },
          },
          {
            guard: 'otherwise',
            target: 'presenting',
            actions: { type: 'recordPending', params: reported },
          },
        ],
        onError: [finishedElsewhere, { guard: 'otherwise', ...abandoned }],
      },
    },
    pushing: {
      description: 'Hands the request to the server itself; the person carries a reference only.',
      meta: { spec: ['AUTHZ-2', 'TOK-11'] },
      invoke: {
        id: 'pushAuthorization',
        src: 'pushAuthorization',
        input: ({ context }) => ({
          session: context.session,
          pending: known(context.pending),
          server: known(context.server),
        }),
        onDone: { target: 'presenting' },
        onError: [forgotten, { guard: 'otherwise', ...abandoned }],
      },
    },
    presenting: {
      description: 'Leads the person to the authorization server.',
      meta: { spec: ['AUTHZ-9', 'AUTHZ-11'] },
      invoke: {
        id: 'presentAuthorization',
        src: 'presentAuthorization',
        input: ({ context }) => ({ session: context.session, pending: known(context.pending) }),
        onDone: { target: 'awaitingUser', actions: 'recordPresented' },
        onError: [finishedElsewhere, { guard: 'otherwise', ...abandoned }],
      },
    },
    awaitingSibling: {
      id: 'awaitingSibling',
      description:
        'Another engine holds this login: it has led the person to the server, or is about to. Waits for what comes of it, and takes the login over when its holder is gone. Changes nothing that the holder has stored.',
      tags: ['needsUser'],
      meta: { spec: ['AUTHZ-10', 'AUTHZ-12', 'TOK-13'] },
      on: {
        ...siblingNews,
        'user.login': [
          {
            guard: 'wasAskedFor',
            target: 'presenting',
            actions: 'recordWish',
            description: 'Asked again: shows the same request',
          },
          {
            guard: 'otherwise',
            target: 'awaitingSibling',
            reenter: true,
            actions: 'recordWish',
            description: 'Is its holder still there?',
          },
        ],
        'response.received': { guard: 'isOurs', target: 'validating' },
      },
      invoke: [
        {
          id: 'takeOverLogin',
          src: 'takeOverLogin',
          input: ({ context }) => ({ session: context.session, pending: known(context.pending) }),
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
    },
    awaitingUser: {
      id: 'awaitingUser',
      description: 'It is the person’s turn. The answer may come here, later, or to another process.',
      tags: ['needsUser'],
      meta: { spec: ['AUTHZ-3', 'AUTHZ-10', 'AUTHZ-13', 'TOK-13'] },
      on: {
        ...siblingNews,
        'user.login': {
          target: 'presenting',
          actions: 'recordWish',
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
    },
    validating: {
      id: 'validating',
      description: 'The state first, then the issuer, and only then what the response says.',
      meta: { spec: ['AUTHZ-3', 'AUTHZ-5', 'AUTHZ-6', 'AUTHZ-7'] },
      invoke: {
        id: 'validateResponse',
        src: 'validateResponse',
        input: ({ context }) => ({ session: context.session, pending: known(context.pending) }),
        onDone: { target: 'exchanging' },
        onError: [
          {
            guard: { type: 'isNotOurs', params: thrown('authorizing') },
            description: 'Another state: ours is still to come',
            target: 'awaitingUser',
          },
          finishedElsewhere,
          {
            guard: 'otherwise',
            description: 'Another issuer, or an error',
            ...abandoned,
          },
        ],
      },
    },
    exchanging: {
      description: 'Spends the code, once, at the issuer that was recorded; then the binding moves.',
      meta: { spec: ['AUTHZ-2', 'BIND-8', 'TOK-3', 'TOK-4', 'TOK-11', 'STEP-6', 'EXT-5'] },
      invoke: {
        id: 'exchangeCode',
        src: 'exchangeCode',
        input: ({ context }) => ({
          session: context.session,
          pending: known(context.pending),
          server: known(context.server),
        }),
        onDone: { target: '#authorized', actions: { type: 'recordGrant', params: reported } },
        onError: [finishedElsewhere, forgotten, { guard: 'otherwise', ...abandoned }],
      },
    },
    withdrawing: {
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
    },
    abandoning: {
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
    },
  },
});
