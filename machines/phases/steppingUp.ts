// The phase between a challenge for scopes and a login for them: which, whether they may be asked for, and where.
import { chart, lookupOf, reported, thrown } from '../chart.ts';

/** The phase that decides whether more scopes are asked for: are they new, allowed, and within the budget. */
export const steppingUp = chart.createStateConfig({
  id: 'steppingUp',
  description:
    'The union of what was requested, granted and challenged; within a budget; at the authorization endpoint.',
  tags: ['busy', 'canSend'],
  meta: { spec: ['STEP-1', 'STEP-3', 'STEP-4', 'STEP-5', 'STEP-7', 'SCOPE-2'] },
  initial: 'weighing',
  on: {
    'user.login': { actions: 'recordRequestedLogin' },
    'user.cancel': { target: '#authorized', actions: 'refuseCancelled' },
  },
  states: {
    weighing: {
      description: 'Is it new, allowed, and within the budget?',
      meta: { spec: ['STEP-4', 'STEP-7'] },
      always: [
        { guard: 'namesNoScope', target: 'lookingUpScopes' },
        {
          guard: 'mayHaveLapsed',
          description: 'Granted before, and perhaps only for a time',
          target: '#discovering',
          actions: 'renewForScopes',
        },
        {
          guard: 'holdsAll',
          description: 'Granted, and refused all the same',
          target: '#authorized',
          actions: 'refuseScopeNotHonoured',
        },
        {
          guard: 'addsNothing',
          description: 'Asked for before, and not granted',
          target: '#authorized',
          actions: 'refuseScopeNotGranted',
        },
        { guard: 'isBeyondCeiling', target: '#authorized', actions: 'refuseStepUpBeyondCeiling' },
        { guard: 'isDenied', target: '#authorized', actions: 'refuseStepUpDenied' },
        { guard: 'isStepUpBudgetSpent', target: '#authorized', actions: 'refuseStepUpExhausted' },
        { guard: 'isInteractionBarred', target: '#authorized', actions: 'refuseStepUpBarred' },
        { guard: 'otherwise', target: 'confirming' },
      ],
    },
    lookingUpScopes: {
      description: 'The challenge names no scope: what does the resource list that the grant lacks?',
      meta: { spec: ['STEP-1', 'SCOPE-1', 'SCOPE-2'] },
      invoke: {
        id: 'lookUpScopes',
        src: 'fetchResourceMetadata',
        input: ({ context }) => ({
          session: context.session,
          challenge: context.challenge,
          ...lookupOf(context),
        }),
        onDone: [
          {
            guard: { type: 'listsMore', params: reported },
            target: 'weighing',
            actions: [
              { type: 'recordTime', params: reported },
              { type: 'adoptListedScopes', params: reported },
            ],
          },
          { guard: 'otherwise', target: '#authorized', actions: 'refuseScopeNotNamed' },
        ],
        onError: { target: '#authorized', actions: { type: 'recordRefusal', params: thrown('steppingUp') } },
      },
    },
    confirming: {
      description: 'The host may ask first.',
      meta: { spec: ['STEP-7', 'AUTHZ-11'] },
      invoke: {
        id: 'confirmStepUp',
        src: 'confirmStepUp',
        input: ({ context }) => ({
          session: context.session,
          scopes: context.stepUp?.scopes ?? [],
          granted: context.grant?.granted ?? [],
        }),
        onDone: [
          {
            guard: { type: 'isAllowed', params: reported },
            target: 'leaving',
            actions: { type: 'recordTime', params: reported },
          },
          {
            guard: 'otherwise',
            target: '#authorized',
            actions: ['refuseStepUpDenied', 'rememberDenial'],
          },
        ],
        onError: { target: '#failed', actions: { type: 'recordFailure', params: thrown('steppingUp') } },
      },
    },
    leaving: {
      description: 'To the server of the grant, where it is known.',
      meta: { spec: ['STEP-1', 'STEP-3'] },
      always: [
        { guard: 'knowsServer', target: '#authorizing', actions: 'spendStepUp' },
        {
          guard: 'otherwise',
          description: 'After a restart: who is responsible?',
          target: '#discovering',
          actions: 'spendStepUp',
        },
      ],
    },
  },
});
