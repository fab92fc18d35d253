// The phase that finds out who is responsible: challenge, resource metadata, choice of server, server metadata.
import { chart, known, lookupOf, reported, thrown } from '../chart.ts';

/** Nobody is led to a server that could not be looked at; what is left is sorted out there. */
const failed = {
  target: '#failed',
  actions: ['forgetServer', { type: 'recordFailure', params: thrown('discovering') }],
} as const;

/** The phase that finds the authorization server: from the challenge to metadata that was judged. */
export const discovering = chart.createStateConfig({
  id: 'discovering',
  description:
    'Finds the authorization server that is responsible now; what was known before is not trusted.',
  tags: ['busy'],
  meta: { spec: ['DISC-1', 'DISC-12', 'BIND-3'] },
  initial: 'reading',
  on: {
    'user.login': { actions: 'recordRequestedLogin' },
    'user.cancel': { target: '#failed', actions: 'failCancelled' },
  },
  states: {
    reading: {
      description: 'Is there a challenge to start from?',
      meta: { spec: ['DISC-2'] },
      always: [
        { guard: 'isChallenged', target: 'fetchingResourceMetadata' },
        { guard: 'otherwise', target: 'probing' },
      ],
    },
    probing: {
      description: 'Asks the resource without a token, to be challenged.',
      meta: { spec: ['DISC-2'] },
      invoke: {
        id: 'probeResource',
        src: 'probeResource',
        input: ({ context }) => ({ session: context.session, ...lookupOf(context) }),
        onDone: {
          target: 'fetchingResourceMetadata',
          actions: { type: 'recordProbe', params: reported },
        },
        onError: failed,
      },
    },
    fetchingResourceMetadata: {
      description: 'Where the challenge points, else the path well-known, else the root well-known.',
      meta: { spec: ['DISC-1', 'DISC-3', 'DISC-4', 'DISC-10', 'DISC-11', 'DISC-14'] },
      invoke: {
        id: 'fetchResourceMetadata',
        src: 'fetchResourceMetadata',
        input: ({ context }) => ({
          session: context.session,
          challenge: context.challenge,
          ...lookupOf(context),
        }),
        onDone: {
          target: 'choosingServer',
          actions: { type: 'recordResourceMetadata', params: reported },
        },
        onError: failed,
      },
    },
    choosingServer: {
      id: 'choosingServer',
      description: 'One of the listed servers: the one that is bound already, else the first.',
      meta: { spec: ['DISC-5'] },
      invoke: {
        id: 'chooseServer',
        src: 'chooseServer',
        input: ({ context }) => ({
          session: context.session,
          listed: known(context.resourceMetadata).authorizationServers,
          passedOver: context.passedOver.map((one) => one.issuer),
        }),
        onDone: [
          {
            guard: { type: 'hasCandidate', params: reported },
            target: 'fetchingServerMetadata',
            actions: { type: 'recordCandidate', params: reported },
          },
          { guard: 'otherwise', target: '#failed', actions: ['forgetServer', 'failNoServerLeft'] },
        ],
        onError: failed,
      },
    },
    fetchingServerMetadata: {
      description: 'RFC 8414 first, OpenID Connect after; its issuer must be the one that was asked for.',
      meta: { spec: ['DISC-6', 'DISC-7', 'DISC-8', 'DISC-9', 'DISC-11', 'DISC-14', 'AUTHZ-8'] },
      invoke: {
        id: 'fetchServerMetadata',
        src: 'fetchServerMetadata',
        input: ({ context }) => ({
          session: context.session,
          issuer: known(context.candidate).issuer,
          legacy: context.resourceMetadata?.legacy === true,
          ...lookupOf(context),
        }),
        onDone: { target: '#bindChecking', actions: { type: 'recordServer', params: reported } },
        onError: [
          {
            guard: { type: 'canPassOver', params: thrown('discovering') },
            description: 'Dead, and not ours: the next one',
            target: 'choosingServer',
            actions: { type: 'passOver', params: thrown('discovering') },
          },
          { guard: 'otherwise', ...failed },
        ],
      },
    },
  },
});
