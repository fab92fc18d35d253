// Texts of the failures of a login: the person, the user agent, and the answer of the authorization server.
import type { FailureText } from './failureText.ts';

const authorizing = ['authorizing'] as const;

/** By code. */
export const loginTexts = {
  interaction_required: {
    means: 'A person has to log in or to allow something, and nobody has asked for that.',
    cause:
      'The first request of a session, a login that has ended, or more scopes; with `policy.interaction: "ask"`, the default.',
    cure: 'Call `session.login()` when the person asks for it, or send `user.login`. On the command line run `authchart login URL`.',
    phases: ['authorizing', 'steppingUp', 'requesting', 'storing'],
  },
  login_pending: {
    means: 'A login goes on that has to be finished by a person first.',
    cause:
      'The person is slower than the client waits for an answer: `loginWait` of `mcpFetch`, 45 seconds by default. From `engine.complete`: the server does not know the client any more, so that there is another page to open.',
    cure: 'Lead the person to the page; `session.loginUrl()` has its address. Then send the request again.',
    phases: ['requesting', 'authorizing'],
  },
  login_timed_out: {
    means: 'Nobody finished the login in time.',
    cause:
      'The person closed the page or left; the limit is `policy.loginTimeout`, 10 minutes by default. For a device code: its own end.',
    cure: 'Log in again, or give more time.',
    phases: authorizing,
  },
  access_denied: {
    means: 'The person, or the server for them, said no.',
    cause:
      'A click on "deny"; an administrator who has to allow the client first; or a step-up that was denied before.',
    cure: 'Log in again when the person wants to allow it. For scopes that were denied call `login({ scopes })`.',
    phases: ['authorizing', 'steppingUp'],
  },
  authorization_refused: {
    means: 'The server refused the login request itself.',
    cause: 'Scopes, a `resource` or parameters that it does not take (`oauthError` has its code).',
    cure: 'Read `oauthError` and `said`. Ask for fewer scopes with `policy.scopeCeiling`; see [servers](servers.md) for what some servers need.',
    otherwise: ['reregister'],
    phases: authorizing,
  },
  response_issuer_mismatch: {
    means: 'The answer to the login says that it is from another server. Its code was not used.',
    cause: 'A mix-up attack, or a server that names itself differently than its metadata do.',
    cure: 'Do not log in again before you know why. Tell the operator of the authorization server.',
    phases: authorizing,
  },
  response_issuer_missing: {
    means:
      'The server promises to name itself in its answers (RFC 9207), and this answer does not. Its code was not used.',
    cause: 'A proxy or page that drops `iss` from the address, a server with a defect, or a mix-up attack.',
    cure: 'Give `engine.complete` the whole address that the browser had, with every parameter. Otherwise tell the operator.',
    phases: authorizing,
  },
  response_malformed: {
    means: 'The answer to the login cannot be read: a parameter is missing, or is there twice.',
    cause: 'An address that was cut off, or a server with a defect.',
    cure: 'Log in again. Give `engine.complete` the whole address.',
    phases: authorizing,
  },
  response_not_ours: {
    means:
      'An answer came in that belongs to no login that waits here, or to that of somebody else. It was ignored.',
    cause:
      'A page that was loaded again, a login that has ended, another store, a `subject` that does not fit, or a forged request.',
    cure: 'Log in again. In a web server check that `subject` is that of the browser, and that all replicas share one store.',
    phases: authorizing,
  },
  code_already_spent: {
    means:
      'The login was finished by another process, or its code may have been sent before. It is not sent again.',
    cause: 'Two processes that share a store, or one that ended in the middle of the login.',
    cure: 'Send the request again. If nobody is logged in then, log in again.',
    otherwise: ['ask-user'],
    phases: authorizing,
  },
  grant_impossible: {
    means: 'The server has no endpoint for the kind of login that this client is set up for.',
    cause: '`client.grant: { kind: "device" }`, or another kind, at a server that does not offer it.',
    cure: 'Use another `client.grant`, or leave it out.',
    phases: authorizing,
  },
  assertion_failed: {
    means: 'The identity provider gave no assertion for this server.',
    cause: 'The company does not allow this client or resource, or the identity token has run out.',
    cure: 'Ask the administrator of the identity provider. `oauthError` has its code.',
    phases: authorizing,
  },
  user_agent_failed: {
    means: 'The person could not be led to the page, or the answer could not be received.',
    cause: 'No browser, a window that was blocked, no free port, or a function of the host that failed.',
    cure: 'Give `loopbackUserAgent` a `show` that prints the address; call `open()` of the popup in the click. What your function threw is given to `onDefect`.',
    otherwise: ['ask-user'],
    phases: authorizing,
  },
} as const satisfies Readonly<Record<string, FailureText>>;
