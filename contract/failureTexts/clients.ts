// Texts of the failures of binding and registration: which server a client belongs to, and how it gets a client id.
import type { FailureText } from './failureText.ts';

const registering = ['registering'] as const;

/** By code. */
export const clientTexts = {
  bound_elsewhere: {
    means:
      'The resource names another authorization server than the one at which its client was registered by hand. Nothing was sent.',
    cause:
      'The resource has moved to another server, its issuer is written differently, or somebody tries to get your credentials.',
    cure: 'Ask the operator of the resource. If the move is real, register a client at the new server, and give it as `client.preRegistered`.',
    phases: ['bindChecking'],
  },
  credential_without_issuer: {
    means:
      'There are client credentials that do not say which server issued them, so they are not sent to anyone.',
    cause: '`client.preRegistered` without `issuer`, or an import of a login that does not name its server.',
    cure: 'Write the issuer that the message names into `issuer`, if it is the right one; on the command line `--issuer`.',
    phases: ['bindChecking', 'storing'],
  },
  token_of_other_issuer: {
    means: 'Credentials were about to go to a server that did not issue them. They were not sent.',
    cause: 'The resource has moved to another authorization server since the login.',
    cure: 'Log in again: the new server issues credentials of its own.',
    phases: ['requesting', 'authorizing', 'renewing', 'signingOut'],
  },
  registration_impossible: {
    means: 'The server offers no way to get a client id that can be used here.',
    cause:
      'A server with neither dynamic registration nor client metadata documents, or `client.dynamicRegistration: false`.',
    cure: 'Register a client there by hand, and give it as `client.preRegistered`; or publish a metadata document, and give it as `client.metadataUrl`.',
    phases: registering,
  },
  registration_refused: {
    means: 'The server refused to register this client.',
    cause:
      'A server that wants a token for registration, refuses the redirect URI, or registers known clients only.',
    cure: 'Read `said`. Give the token as `client.initialAccessTokens`, another redirect URI, or a client that was registered by hand.',
    phases: registering,
  },
  registration_invalid: {
    means: 'The answer to a registration cannot be used.',
    cause: 'A server that answers without a client id, or with another redirect URI than it was given.',
    cure: 'Tell the operator, or register a client by hand.',
    phases: registering,
  },
  client_refused: {
    means: 'The server does not know this client any more, or not its secret.',
    cause:
      'A server that forgets clients after some time, a secret that has been changed, or another method of authentication.',
    cure: 'A client that was registered dynamically is registered again by itself, once. For one that was registered by hand check the secret and `authMethod`. `session.logout({ forget: "everything" })` begins anew.',
    phases: ['authorizing', 'renewing'],
  },
} as const satisfies Readonly<Record<string, FailureText>>;
