// The options that say what the host decides, and what it allows beyond the specification.
import type { Interaction } from '../../machines/context.ts';
import { invalid, type Judge, must, object, oneOf, optional, type Shape } from '../../protocol/options.ts';
import {
  callback,
  duration,
  durationOrNone,
  flag,
  issuer,
  issuers,
  isText,
  scopes,
} from '../../protocol/optionValues.ts';
import type { EnginePolicy } from '../engineOptions.ts';
import { authorizationParameters, byIssuer, headersByOrigin, origins, resourceValue } from './byName.ts';

/** One value, or several with a space between them. @see OpenID Connect Core 1.0 §3.1.2.1, RFC 6749 appendix A */
const promptText = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** The options under `policy`. */
export const policyShape: Shape<EnginePolicy> = {
  interaction: optional(oneOf<Interaction>({ ask: true, auto: true })),
  requestTimeout: optional(duration),
  loginTimeout: optional(duration),
  idleAfter: optional(duration),
  rememberMetadata: optional(durationOrNone),
  legacyDiscovery: optional(flag),
  scopeFloor: optional(scopes),
  scopeCeiling: optional(scopes),
  confirmStepUp: optional(callback),
  selectServer: optional((value, path) => (typeof value === 'string' ? issuer : callback)(value, path)),
  probe: optional(oneOf<'GET' | 'POST'>({ GET: true, POST: true })),
  prompt: optional(
    must('a text such as "consent": values of printable ASCII with a space between them', (value) =>
      isText(value, promptText),
    ),
  ),
  authorizationParameters: optional(byIssuer(authorizationParameters)),
  resourceHeaders: optional(headersByOrigin),
  dangerouslyOmitResourceAt: optional(issuers),
  dangerouslySendResourceAs: optional(byIssuer(resourceValue)),
  dangerouslyIgnoreTrailingSlashOf: optional(issuers),
  dangerouslyAllowWithoutPkceAt: optional(issuers),
  dangerouslyAllowPrivateAddressAt: optional(origins),
};

/** The options under `policy`, and whether they fit together. */
export const policy: Judge = (value, path) => {
  object(policyShape)(value, path);
  const { dangerouslyOmitResourceAt: omitted = [], dangerouslySendResourceAs: named = {} } =
    value as EnginePolicy;
  const both = omitted.find((one) => Object.hasOwn(named, one));
  if (both !== undefined)
    invalid(
      `${path}.dangerouslySendResourceAs must have no issuer that ${path}.dangerouslyOmitResourceAt has.`,
    );
};
