// Where a threat is defended: a piece of source, and what it would be without the defence.
import { type Defence, inFile } from './defence.ts';
import { engineDefences } from './engineDefences.ts';

/** Of the pure judges. */
const protocolDefences: readonly Defence[] = [
  ...inFile('protocol/address.ts', [
    ['D07', "return url.protocol === 'http:' ? 'it is plain http' : undefined;", 'return undefined;'],
    ['D21', 'if (foreign.test(text))', 'if (false)'],
    ['D36', "if (authority.includes('@'))", 'if (false)'],
    ['A04', 'if (text.length > MAX_ADDRESS)', 'if (false)'],
    ['D06', 'return home && isLoopback(home) ? undefined :', 'return home ? undefined :'],
  ]),
  ...inFile('protocol/reach.ts', [
    ['D01', "  linkLocal: 'link-local',", "  linkLocal: 'public',"],
    ['D02', "  private: 'private',", "  private: 'public',"],
    ['D03', "ipv4Mapped: 12, rfc6052: 12, '6to4': 2", ''],
  ]),
  ...inFile('protocol/wellKnown.ts', [
    ['D35', "if (text.includes('?')) return { ok: false, reason: 'it has a query' };", ''],
    ['D33', "if (path === '') return [", 'if (true) return ['],
    ['D28', "const path = pathname === '/' ? '' : pathname;", "const path = '';"],
  ]),
  ...inFile('protocol/json.ts', [
    ['D17', ' || Array.isArray(value)', ''],
    ['D19', 'return Object.hasOwn(object, name) ? object[name] : undefined;', 'return object[name];'],
    ['D20', 'return undefined; // Broken', 'throw new RangeError(); // Broken'],
    ['D15', 'return jsonMediaType.test(mediaType);', 'return true;'],
  ]),
  ...inFile('protocol/serverMetadata.ts', [
    ['D22', 'if (claimed !== issuer && !(', 'if (false && !('],
    [
      'D23',
      'tolerance.trailingSlash && isSameButSlash(String(claimed), issuer))',
      'isSameButSlash(String(claimed), issuer))',
    ],
    ['D40', 'if (!tolerance.withoutPkce) requirePkce(document, issuer);', ''],
    [
      'R02',
      "own(document, 'client_id_metadata_document_supported') === true",
      "Boolean(own(document, 'client_id_metadata_document_supported'))",
    ],
    [
      'A01',
      '? judgeNamedAddress(value, of.resource, of.privateOrigins)',
      '? ({ ok: true, url: new URL(value) } as const)',
    ],
  ]),
  ...inFile('protocol/resourceMetadata.ts', [
    ['D25', "(match === 'parent' && !isOwnWellKnown(url, identifier))", 'false'],
    ['M05', "if (match === 'no' || (", 'if (('],
    ['D24', "if (match === 'no' || (", 'if (('],
    ['D31', 'value.slice(0, MAX_SERVERS)', 'value'],
  ]),
  ...inFile('protocol/challenge.ts', [
    ['W02', "return at === header.length || header[at] === ',';", 'return at === header.length;'],
    [
      'W04',
      "params.get('resource_metadata')",
      "[...params].find(([name]) => name.endsWith('resource_metadata'))?.[1]",
    ],
    ['W06', 'scheme: name.toLowerCase(), params', 'scheme: name, params'],
    ['W07', 'into.sound = false;\n    into', ';\n    into'],
    ['W09', 'if (!header || header.length > MAX_HEADER || status < 400', 'if (!header || status < 400'],
    ['W14', ' || status < 400 || status > 499', ''],
    ['W16', 'if (legal.size === max) break;', ''],
    ['U08', "typeof one === 'string' && scopeToken.test(one)", "typeof one === 'string'"],
  ]),
  ...inFile('protocol/evidence.ts', [
    ['W17', '!mayChallenge(status) || !isOfResource(answer)', '!mayChallenge(status)'],
  ]),
  ...inFile('protocol/authorizationResponse.ts', [
    ['D39', 'return issuer === expected.issuer ? undefined', 'return issuer ? undefined'],
    ['A08', "if (state === undefined || !sameText(state, expected.state)) return { kind: 'not-ours' };", ''],
    ['A11', "return expected.sendsIssuer ? { kind: 'issuer-missing' } : undefined;", 'return undefined;'],
    [
      'A12',
      'return issuer === expected.issuer ? undefined',
      'return new URL(issuer).href === new URL(expected.issuer).href ? undefined',
    ],
    ['A14', 'if (params.getAll(name).length > 1) return', 'if (false) return'],
    ['A15', 'if (code !== null && error !== null)', 'if (false)'],
    ['A16', 'if (code.length > MAX_CODE || !codeText.test(code))', 'if (false)'],
    ['A31', 'if (params.has(name)) return', 'if (false) return'],
  ]),
  ...inFile('protocol/tokenResponse.ts', [
    ['T02', 'if (error !== undefined && error !== null) return readError', 'if (false) return readError'],
    [
      'T05',
      "if (typeof type !== 'string') return { kind: 'invalid', why: 'it has no token_type' };",
      "if (typeof type !== 'string') return { kind: 'tokens', tokens: { accessToken } };",
    ],
    ['T07', 'value.length <= MAX_TOKEN && legal.test(value)', 'value.length > 0'],
    ['T08', 'return Math.min(seconds, MAX_LIFETIME);', 'return seconds;'],
  ]),
  ...inFile('protocol/registration.ts', [
    ['R04', "?? invalid('without a usable client_id')", "?? ''"],
    ['R05', 'if (!redirectUris) return invalid', 'if (!redirectUris && false) return invalid'],
    [
      'R07',
      "application_type: of.redirectUri === null ? 'native' : applicationType(of.redirectUri),",
      "application_type: 'web',",
    ],
    [
      'R09',
      "typeof value === 'number' && value > 0 ? value * 1000",
      "typeof value === 'number' ? value * 1000",
    ],
  ]),
  ...inFile('protocol/registrationFit.ts', [
    [
      'R08',
      'return isOurs && reaches && (secretExpiresAt === undefined || secretExpiresAt > now);',
      'return isOurs && reaches;',
    ],
    ['R14', 'redirectUri === null || redirectUris.includes(redirectUri)', 'true'],
  ]),
  ...inFile('protocol/binding.ts', [
    ['R16', "if (before?.kind === 'pre-registered' && before.issuer !== issuer) return", 'if (false) return'],
  ]),
  ...inFile('protocol/scopes.ts', [
    ['U11', ' && of.server.scopesSupported.includes(OFFLINE_ACCESS)', ''],
    ['U01', 'const known = union(of.accumulated, of.challenged);', 'const known = union(of.challenged);'],
  ]),
  ...inFile('protocol/retryAfter.ts', [['T21', 'Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER)', 'wait']]),
  ...inFile('protocol/resourceRedirect.ts', [
    ['M11', 'leavesOrigin: to.origin !== url.origin,', 'leavesOrigin: false,'],
    ['L06', 'leavesOrigin: to.origin !== url.origin,', 'leavesOrigin: false,'],
  ]),
  ...inFile('protocol/renewal.ts', [
    ['T15', "return stored === undefined || stored === failed ? 'remove' : 'adopt';", "return 'remove';"],
  ]),
  ...inFile('protocol/text.ts', [
    ['L14', 'if (out.length + piece.length > max) return', 'if (false) return'],
  ]),
  ...inFile('protocol/ownership.ts', [
    ['R15', 'if (issuer === server) return undefined;', 'if (issuer !== undefined) return undefined;'],
  ]),
];

export const defences: readonly Defence[] = [...protocolDefences, ...engineDefences];
