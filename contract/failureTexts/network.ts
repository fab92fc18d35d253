// Texts of the failures of the network, before any meaning: connections, certificates, addresses, sizes.
import { type FailureText, requestPhases, serverPhases } from './failureText.ts';

/** By code. */
export const networkTexts = {
  unreachable: {
    means: 'No connection came about, or it broke off before the whole answer was there.',
    cause:
      'No network, a name that does not exist, a server that is down, or a proxy that is out of reach. Also a part of authchart that could not be loaded.',
    cure: 'Try again later. The engine does so by itself where a login is under way. If the message names a proxy, check `HTTPS_PROXY`, or `nodeFetch({ proxy })`.',
    otherwise: ['fix-config'],
    phases: ['recovering', ...requestPhases],
  },
  timed_out: {
    means: 'A server took longer for one answer than it may.',
    cause: 'A slow server or network; the limit is `policy.requestTimeout`, 10 seconds by default.',
    cure: 'Try again later, or give more time with `policy.requestTimeout`.',
    phases: serverPhases,
  },
  server_unavailable: {
    means: 'A server answered, and cannot do its work now: 429, 5xx, or `temporarily_unavailable`.',
    cause: 'An outage, or too many requests.',
    cure: 'Wait for `retryAfter` milliseconds, where the error has it, then try again. Credentials are kept.',
    phases: serverPhases,
  },
  certificate_untrusted: {
    means: 'The certificate of a server comes from an authority that is not known here.',
    cause: 'A company proxy that looks into TLS, or a server with a certificate of its own.',
    cure: 'If you trust that authority, give its certificate: `nodeFetch({ caFile })`, `NODE_EXTRA_CA_CERTS`, or `--ca FILE` on the command line.',
    phases: requestPhases,
  },
  certificate_invalid: {
    means: 'The certificate of a server is not good: it has run out, or is for another name.',
    cause: 'A certificate that nobody has renewed, a wrong address, a wrong clock, or an attack.',
    cure: 'Check the address and the clock of this machine, then tell the operator. There is no option that accepts it.',
    phases: requestPhases,
  },
  address_refused: {
    means:
      'An address may not be asked: it is not https, is in a private network, or is not of the resource.',
    cause:
      'Metadata that name http addresses or private ones, a name that leads to a private address, or a request of the host to another origin than that of the session.',
    cure: 'Use a session of the right resource. For servers of your own network, allow the origin with `policy.dangerouslyAllowPrivateAddressAt`.',
    phases: [...requestPhases, 'storing'],
  },
  redirect_refused: {
    means: 'A server sent a request elsewhere, where it must not go.',
    cause:
      'A redirect of a token endpoint, of a request with a token to another origin, or more redirects than are followed.',
    cure: 'Use the address that the redirect leads to, if it is the right one, or tell the operator.',
    phases: requestPhases,
  },
  response_too_large: {
    means: 'An answer is larger than any such answer needs to be, and was not read to its end.',
    cause: 'Another kind of server at this address, or an attack.',
    cure: 'Check the address of the resource, and tell the operator.',
    phases: serverPhases,
  },
  response_invalid: {
    means: 'An answer is not UTF-8 text, or has a status outside HTTP.',
    cause: 'A server or proxy with a defect, or another kind of server at this address.',
    cure: 'Tell the operator, with the steps that `explain()` shows.',
    phases: serverPhases,
  },
  cancelled: {
    means: 'What was under way was ended on purpose.',
    cause:
      '`session.cancel()`, `user.cancel`, a sign-out, `engine.dispose()`, or a person at another process that held the login.',
    cure: 'Nothing is wrong. Log in again when the person asks for it.',
    phases: requestPhases,
  },
} as const satisfies Readonly<Record<string, FailureText>>;
