// The heart (SEP-2352): whose credentials are these? `bindChecking`, `reusing`, and `registering`.

import { chart, known, reported, thrown, wantedLogin } from '../chart.ts';
import { scopesToRegister } from '../requests.ts';
import { joined } from './endings.ts';

const failedToRegister = { type: 'recordFailure', params: thrown('registering') } as const;

/** The phase that compares the server that the resource names with what is bound already (SEP-2352). */
export const bindChecking = chart.createStateConfig({
  id: 'bindChecking',
  description:
    'What is bound to this issuer, and what was bound before? Nothing of another issuer goes on from here.',
  tags: ['busy'],
  meta: { spec: ['BIND-1', 'BIND-2', 'BIND-3', 'BIND-7', 'BIND-11', 'BIND-12'] },
  initial: 'recalling',
  on: {
    'user.login': { actions: 'recordRequestedLogin' },
    'user.cancel': { target: '#failed', actions: 'failCancelled' },
  },
  states: {
    recalling: {
      description: 'Looks up the records of this issuer, and of this issuer only.',
      meta: { spec: ['BIND-1', 'BIND-10', 'BIND-11', 'REG-3'] },
      invoke: {
        id: 'recallBinding',
        src: 'recallBinding',
        input: ({ context }) => ({
          session: context.session,
          server: known(context.server),
          isAskedFor: context.requestedLogin !== null,
        }),
        onDone: { target: 'deciding', actions: { type: 'recordBound', params: reported } },
        onError: { target: '#failed', actions: { type: 'recordFailure', params: thrown('bindChecking') } },
      },
    },
    deciding: {
      description: 'Reject, or go on with what belongs to this issuer.',
      meta: { spec: ['BIND-6', 'BIND-10'] },
      always: [
        {
          guard: 'isWithoutIssuer',
          description: 'Credentials of nobody knows whom',
          target: '#rejected',
          actions: 'failWithoutIssuer',
        },
        {
          guard: 'isBoundElsewhere',
          description: 'Registered by hand at another server',
          target: '#rejected',
          actions: 'failBoundElsewhere',
        },
        { guard: 'otherwise', target: '#reusing' },
      ],
    },
  },
});

/** The phase that looks for what can be used again: a grant, one that can be renewed, or a registration. */
export const reusing = chart.createStateConfig({
  id: 'reusing',
  description: 'A grant that works, one that can be renewed, or only a registration; else a new one.',
  tags: ['busy'],
  meta: {
    spec: ['BIND-4', 'BIND-5', 'BIND-9', 'BIND-11', 'REG-1', 'TOK-3', 'TOK-8', 'TOK-9', 'STEP-3', 'AUTHZ-11'],
  },
  always: [
    { guard: 'isUsable', target: '#authorized', actions: 'clearFailure' },
    { guard: 'isRenewable', target: '#renewing' },
    {
      guard: 'canLookFurther',
      description: 'No client id can be had here: the next one that is listed',
      target: '#choosingServer',
      actions: 'passOverUnregistrable',
    },
    { guard: 'isStrategyImpossible', target: '#failed', actions: 'failStrategyImpossible' },
    { guard: 'isInteractionBarred', target: '#failed', actions: 'failInteractionRequired' },
    { guard: 'isBudgetSpent', target: '#failed', actions: 'failGrantNotAccepted' },
    { guard: 'knowsRegistration', target: '#authorizing' },
    { guard: 'canRegisterForCode', target: '#findingLogin' },
    { guard: 'canRegister', target: '#registering' },
    { guard: 'otherwise', target: '#failed', actions: 'failRegistrationImpossible' },
  ],
});

/** The phase that gets a client id at the issuer: by a metadata document, or by dynamic registration. */
export const registering = chart.createStateConfig({
  id: 'registering',
  description: 'Gets a client id at this issuer: by metadata document, else by dynamic registration.',
  tags: ['busy'],
  meta: { spec: ['REG-1', 'BIND-4', 'BIND-5'] },
  initial: 'choosing',
  on: {
    'user.login': { actions: 'recordRequestedLogin' },
    'user.cancel': {
      target: '#abandoning',
      actions: 'failCancelled',
      description: 'A redirect URI may be held',
    },
  },
  states: {
    choosing: {
      description: 'A document that the server fetches beats a record that it keeps.',
      meta: { spec: ['REG-1', 'REG-2'] },
      always: [
        { guard: 'canUseDocument', target: '#authorizing', actions: 'adoptDocument' },
        { guard: 'canRegisterForDevice', target: 'submitting' },
        { guard: 'hasRedirect', target: 'submitting' },
        { guard: 'otherwise', target: 'reserving' },
      ],
    },
    reserving: {
      description: 'The redirect URI exists before anyone hears of it.',
      meta: { spec: ['REG-4'] },
      invoke: {
        id: 'reserveRedirectToRegister',
        src: 'reserveRedirect',
        input: ({ context }) => ({ ...wantedLogin(context), wanted: [] }),
        onDone: [
          { ...joined, description: 'Another engine has it, for a login that serves as well' },
          {
            guard: 'otherwise',
            target: 'submitting',
            actions: { type: 'recordRedirect', params: reported },
          },
        ],
        onError: { target: '#failed', actions: failedToRegister },
      },
    },
    submitting: {
      id: 'submitting',
      description: 'Registers, with the scopes that will be asked for; where that is refused, for less.',
      meta: { spec: ['REG-4', 'REG-5', 'REG-6', 'REG-7', 'REG-8', 'REG-9', 'REG-11', 'REG-12'] },
      invoke: {
        id: 'registerClient',
        src: 'registerClient',
        input: ({ context }) => ({
          session: context.session,
          server: known(context.server),
          redirectUri: context.redirectUri,
          scopes: scopesToRegister(context),
          refusedClient: context.refusedClient,
        }),
        onDone: [
          {
            guard: 'isDevice',
            target: '#authorizing',
            actions: { type: 'recordRegistration', params: reported },
          },
          {
            guard: 'otherwise',
            target: '#preparing',
            actions: { type: 'recordRegistration', params: reported },
          },
        ],
        onError: { target: '#abandoning', actions: failedToRegister },
      },
    },
  },
});
