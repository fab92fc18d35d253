// The phase with a person in it: prepare, present, await, validate, exchange.

import { chart, heedingSiblings, known, reported, thrown, wantedLogin } from '../chart.ts';
import type { AuthContext } from '../context.ts';
import { accumulatedScopes, knownGrants, scopesToRequest } from '../requests.ts';
import { abandoning, awaitingSibling, awaitingUser, withdrawing } from './awaiting.ts';
import { abandoned, failed, finishedElsewhere, forgotten, joined } from './endings.ts';

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
    'user.login': { actions: 'recordRequestedLogin' },
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
      entry: 'tellLoginAwaited',
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
      description:
        'Looks whether another engine has a login of this session under way that serves as well. Waits for one that is about to begin.',
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
    awaitingSibling,
    awaitingUser,
    validating: {
      id: 'validating',
      description: 'The state first, then the issuer, and only then what the response says.',
      meta: { spec: ['AUTHZ-3', 'AUTHZ-5', 'AUTHZ-6', 'AUTHZ-7', 'REG-10', 'REG-11'] },
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
          forgotten,
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
    withdrawing,
    abandoning,
  },
});
