// The phase with a person in it: prepare, present, await, validate, exchange.
import { accumulatedScopes, scopesToRequest } from '../actions.ts';
import { chart, known, reported, thrown } from '../chart.ts';
import type { AuthContext } from '../context.ts';

const failed = {
  target: '#failed',
  actions: { type: 'recordFailure', params: thrown('authorizing') },
} as const;

const abandoned = {
  target: 'abandoning',
  actions: { type: 'recordFailure', params: thrown('authorizing') },
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
        { guard: 'isCode', target: 'reserving' },
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
      meta: { spec: ['EXT-6', 'EXT-5', 'BIND-8', 'TOK-4', 'STEP-6'] },
      invoke: {
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
    },
    reserving: {
      description: 'Makes the redirect URI ready; one that is registered, when it can be had.',
      meta: { spec: ['AUTHZ-8'] },
      invoke: {
        id: 'reserveRedirect',
        src: 'reserveRedirect',
        input: ({ context }) => ({
          session: context.session,
          wanted: context.registration?.redirectUris ?? [],
        }),
        onDone: [
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
        }),
        onDone: [
          {
            guard: { type: 'isWaitedFor', params: reported },
            description: 'A sibling has led the person there already',
            target: 'awaitingUser',
            actions: { type: 'recordPending', params: reported },
          },
          {
            guard: { type: 'isPushDue', params: reported },
            target: 'pushing',
            actions: { type: 'recordPending', params: reported },
          },
          {
            guard: 'otherwise',
            target: 'presenting',
            actions: { type: 'recordPending', params: reported },
          },
        ],
        onError: abandoned,
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
        onDone: { target: 'awaitingUser' },
        onError: abandoned,
      },
    },
    awaitingUser: {
      id: 'awaitingUser',
      description: 'It is the person’s turn. The answer may come here, later, or to another process.',
      tags: ['needsUser'],
      meta: { spec: ['AUTHZ-3', 'AUTHZ-10'] },
      on: {
        'user.login': {
          target: 'presenting',
          actions: 'recordWish',
          description: 'Asked again: show the same request',
        },
        'response.received': [{ guard: 'isOurs', target: 'validating' }],
        'grant.changed': { target: '#recovering', description: 'Finished by a sibling' },
      },
      invoke: [
        {
          id: 'awaitResponse',
          src: 'awaitResponse',
          input: ({ context }) => ({ session: context.session, pending: known(context.pending) }),
          onDone: { target: 'validating' },
          onError: abandoned,
        },
        {
          id: 'loginDeadline',
          src: 'waitUntil',
          input: ({ context }) => ({ at: known(context.pending).expiresAt }),
          onDone: { target: 'abandoning', actions: 'failLoginTimedOut' },
        },
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
          registration: known(context.registration),
        }),
        onDone: { target: '#authorized', actions: { type: 'recordGrant', params: reported } },
        onError: [
          {
            guard: { type: 'isSpentElsewhere', params: thrown('authorizing') },
            description: 'A sibling was faster: what it got is in the store',
            target: '#recovering',
            actions: { type: 'recordFailure', params: thrown('authorizing') },
          },
          forgotten,
          { guard: 'otherwise', ...abandoned },
        ],
      },
    },
    abandoning: {
      id: 'abandoning',
      description: 'A login that ends without a grant leaves nothing behind that could be answered.',
      meta: { spec: ['AUTHZ-3'] },
      on: { 'user.cancel': {} },
      invoke: {
        id: 'discardAuthorization',
        src: 'discardAuthorization',
        input: ({ context }) => ({
          session: context.session,
          pending: context.pending,
          redirectUri: context.redirectUri,
        }),
        onDone: { target: '#failed' },
        onError: { target: '#failed' },
      },
    },
  },
});
