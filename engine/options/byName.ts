// Judges for options whose members have names that the host chooses: issuers, origins, parameters, headers.
import { invalid, type Judge, list, membersOf, must } from '../../protocol/options.ts';
import { address, issuer } from '../../protocol/optionValues.ts';
import { isHeaderValue, isSecretText, shown } from '../../protocol/text.ts';
import { urlOf } from '../../protocol/url.ts';

/**
 * An object whose members have names of one kind, and values of another.
 * @param name judges a name; its path is the path of the option.
 */
function named(name: Judge, value: (name: string) => Judge): Judge {
  return (given, path) => {
    const members = membersOf(given, path);
    if (Object.prototype.toString.call(members) !== '[object Object]')
      invalid(`${path} must be an object with names as its members.`);
    for (const [at, one] of Object.entries(members)) {
      name(at, `Each name in ${path}`);
      value(at)(one, `${path}[${JSON.stringify(shown(at, 100))}]`);
    }
  };
}

/** The same for each issuer. */
export const byIssuer = (value: Judge): Judge => named(issuer, () => value);

/** What the engine sets itself in an authorization request, or never sends there. */
const ownParameters: ReadonlySet<string> = new Set([
  'response_type',
  'client_id',
  'redirect_uri',
  'code_challenge',
  'code_challenge_method',
  'state',
  'scope',
  'resource',
  'dpop_jkt',
  'request',
  'request_uri',
  'response_mode',
  'nonce',
  'prompt',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
]);

/** Where such a parameter has an option of its own. */
const instead: Readonly<Record<string, string>> = {
  prompt: 'policy.prompt',
  scope: 'policy.scopeFloor, or the scopes of a login',
  resource: 'policy.dangerouslySendResourceAs',
};

const parameterName: Judge = (value, path) => {
  const name = String(value);
  must('the name of a parameter: letters, digits, ".", "-" and "_"', () => /^[\w.-]{1,64}$/.test(name))(
    value,
    path,
  );
  const plain = name.toLowerCase();
  if (!ownParameters.has(plain)) return;
  const option = instead[plain];
  const advice = option === undefined ? 'leave it out' : `use ${option}`;
  invalid(`${path} must be one that the engine does not set itself, and "${plain}" is not; ${advice}.`);
};

/** Parameters of an authorization request. @see RFC 6749 §3.1, appendix A */
export const authorizationParameters: Judge = named(parameterName, () =>
  must('a text without control characters, not empty', isSecretText),
);

/** The `resource` parameter. @see RFC 8707 §2 */
export const resourceValue = must(
  'an absolute URI without fragment',
  (value) => typeof value === 'string' && /^[a-z][a-z\d+.-]*:[!"$-~]{1,2000}$/i.test(value),
);

/** Headers that belong to one request, to the connection, or to the login. @see RFC 9110 §7.6.1 */
const ownHeaders =
  /^(?:authorization|dpop|host|cookie|accept|content-.*|proxy-.*|sec-.*|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|origin|referer)$/i;

const headerName: Judge = (value, path) => {
  const name = String(value);
  must('the name of a header', () => /^[!#$%&'*+.^_`|~\w-]{1,128}$/.test(name))(value, path);
  if (ownHeaders.test(name))
    invalid(
      `${path} must be one that can go with every request, and "${name.toLowerCase()}" is not; leave it out.`,
    );
};

const headerValue = must(
  'a text of printable ASCII characters without blanks around it, or a function that gets it',
  (value) => typeof value === 'function' || isHeaderValue(value),
);

const origin: Judge = (value, path) => {
  address(value, path);
  must('an origin, such as "https://mcp.example"', (one) => urlOf(String(one))?.origin === one)(value, path);
};

/** Origins, each as a URL has it. */
export const origins: Judge = list('origins', origin);

/** Headers by origin. */
export const headersByOrigin: Judge = named(origin, () => named(headerName, () => headerValue));
