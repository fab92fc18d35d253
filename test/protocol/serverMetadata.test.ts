// Authorization server metadata: the issuer that was asked for, PKCE, and endpoints that may be used.
import { describe, expect, test } from 'vitest';
import {
  judgeServerMetadata,
  legacyServerMetadata,
  mayBeServerMetadata,
  serverMetadataAbsent,
  type Tolerance,
} from '../../protocol/serverMetadata.ts';

const issuer = 'https://as.example/tenant';
const resource = 'https://r.example/mcp';
const local = 'http://127.0.0.1:3000/mcp';
const minimal = {
  issuer,
  authorization_endpoint: 'https://as.example/authorize',
  token_endpoint: 'https://as.example/token',
  code_challenge_methods_supported: ['S256'],
};

const judge = (document: unknown, at = issuer, of = resource, tolerance: Tolerance = {}) =>
  judgeServerMetadata(typeof document === 'string' ? document : JSON.stringify(document), at, of, tolerance);
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, phase: 'discovering', message: expect.stringMatching(message) });
const without = (name: keyof typeof minimal) => ({ ...minimal, [name]: undefined });

describe('judgeServerMetadata reads', () => {
  test('the least that a server can say, with the defaults of RFC 8414 §2', () => {
    expect(judge(minimal)).toEqual({
      issuer,
      authorizationEndpoint: 'https://as.example/authorize',
      tokenEndpoint: 'https://as.example/token',
      requiresPush: false,
      scopesSupported: [],
      authMethods: ['client_secret_basic'],
      dpopAlgorithms: [],
      pkce: 'S256',
      sendsIssuer: false,
      acceptsMetadataDocuments: false,
    });
  });

  test.each([[[]], [[7]], ['authorization_code'], [null]])('REG-6: no grant types of %j', (listed) => {
    expect(judge({ ...minimal, grant_types_supported: listed })).not.toHaveProperty('grantTypes');
  });

  test('everything', () => {
    const document = {
      ...minimal,
      registration_endpoint: 'https://as.example/register',
      revocation_endpoint: 'https://as.example/revoke',
      device_authorization_endpoint: 'https://as.example/device',
      pushed_authorization_request_endpoint: 'https://as.example/par',
      require_pushed_authorization_requests: true,
      scopes_supported: ['b', 'a', 'b', 'no good'],
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt', 7],
      grant_types_supported: ['authorization_code', null, 'refresh_token'],
      dpop_signing_alg_values_supported: ['ES256', null, 'RS256'],
      code_challenge_methods_supported: ['plain', 'S256'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    };
    expect(judge(document)).toEqual({
      issuer,
      authorizationEndpoint: 'https://as.example/authorize',
      tokenEndpoint: 'https://as.example/token',
      registrationEndpoint: 'https://as.example/register',
      revocationEndpoint: 'https://as.example/revoke',
      deviceAuthorizationEndpoint: 'https://as.example/device',
      pushedAuthorizationRequestEndpoint: 'https://as.example/par',
      requiresPush: true,
      scopesSupported: ['b', 'a'],
      authMethods: ['none', 'private_key_jwt'],
      grantTypes: ['authorization_code', 'refresh_token'],
      dpopAlgorithms: ['ES256', 'RS256'],
      pkce: 'S256',
      sendsIssuer: true,
      acceptsMetadataDocuments: true,
    });
  });

  test.each([
    ['R02: client_id_metadata_document_supported', 'acceptsMetadataDocuments'],
    ['AUTHZ-5: authorization_response_iss_parameter_supported', 'sendsIssuer'],
  ] as const)('%s only where it is literally true', (title, fact) => {
    const name = title.split(': ')[1] ?? '';
    expect(judge({ ...minimal, [name]: true })[fact]).toBe(true);
    for (const value of ['true', 1, {}, [true], null, false]) {
      expect(judge({ ...minimal, [name]: value })[fact]).toBe(false);
    }
  });

  test('D43: signed metadata is not looked into', () => {
    expect(judge({ ...minimal, signed_metadata: 'eyJhbGciOiJub25lIn0.e30.' })).toEqual(judge(minimal));
  });

  test('endless lists are bounded', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => `x${at}`);
    const { scopesSupported, authMethods } = judge({
      ...minimal,
      scopes_supported: many,
      token_endpoint_auth_methods_supported: ['y'.repeat(65), 'y'.repeat(64), ...many],
    });
    expect(scopesSupported).toEqual(many.slice(0, 1000));
    expect(authMethods).toEqual(['y'.repeat(64), ...many.slice(0, 49)]);
  });
});

describe('DISC-8: the issuer', () => {
  test.each([
    ['D22: another one', 'https://honest.example'],
    ['D23: another case of the host', 'https://AS.example/tenant'],
    ['D23: another case of the path', 'https://as.example/Tenant'],
    ['D23: the default port', 'https://as.example:443/tenant'],
    ['D23: a slash more', 'https://as.example/tenant/'],
    ['D23: percent-encoding', 'https://as.example/t%65nant'],
    ['another composition of the same letters', 'https://as.example/tena\u0301nt'],
    ['a blank more', 'https://as.example/tenant '],
    ['http', 'http://as.example/tenant'],
    ['nothing', undefined],
    ['null', null],
    ['a list', [issuer]],
    ['an empty text', ''],
  ])('%s is refused', (_, claimed) => {
    expect(() => judge({ ...minimal, issuer: claimed })).toThrow(refusal('issuer_mismatch', /was not used/));
    expect(() => judge({ ...minimal, issuer: claimed })).toThrow(
      expect.objectContaining({ recovery: 'none', issuer }),
    );
  });

  test('D23: a slash at the end belongs to it, on both sides', () => {
    const slashed = `${issuer}/`;
    expect(judge({ ...minimal, issuer: slashed }, slashed).issuer).toBe(slashed);
    expect(() => judge(minimal, slashed)).toThrow(refusal('issuer_mismatch', /was not used/));
  });

  test.each([
    ['more', `${issuer}/`, issuer],
    ['less', issuer, `${issuer}/`],
  ])(
    'D23: a slash %s is overlooked where the host says so, and the name is the document’s',
    (_, claimed, at) => {
      const document = { ...minimal, issuer: claimed };
      expect(judge(document, at, resource, { trailingSlash: true }).issuer).toBe(claimed);
      expect(() => judge(document, at, resource, { withoutPkce: true })).toThrow(
        refusal('issuer_mismatch', /was not used/),
      );
    },
  );

  test.each([
    ['another one', 'https://as.example/other'],
    ['two slashes more', `${issuer}//`],
    ['nothing', undefined],
  ])('D22, D23: %s is not overlooked with the slash', (_, claimed) => {
    expect(() => judge({ ...minimal, issuer: claimed }, issuer, resource, { trailingSlash: true })).toThrow(
      refusal('issuer_mismatch', /was not used/),
    );
  });

  test('one that is no text is not named as another issuer', () => {
    for (const claimed of [undefined, 7]) {
      expect(() => judge({ ...minimal, issuer: claimed })).toThrow(
        expect.not.objectContaining({ otherIssuer: expect.anything() }),
      );
    }
  });

  test('D18: the last of two issuers counts', () => {
    const rest = JSON.stringify(minimal).slice(1);
    expect(judge(`{"issuer":"https://evil.example",${rest}`).issuer).toBe(issuer);
    const evil = `${JSON.stringify(minimal).slice(0, -1)},"issuer":"https://evil.example"}`;
    expect(() => judge(evil)).toThrow(refusal('issuer_mismatch', /evil/));
  });

  test('D19: an inherited issuer is none', () => {
    expect(() => judge(`{"__proto__":${JSON.stringify(minimal)}}`)).toThrow(
      refusal('issuer_mismatch', /nobody/),
    );
  });

  test('M12: is looked at before anything else', () => {
    const document = { issuer: 'https://honest.example', token_endpoint: 'http://evil.example' };
    expect(() => judge(document)).toThrow(refusal('issuer_mismatch', /honest/));
  });

  test('names both, the stranger escaped and capped', () => {
    const said = `https://evil.example/\\u{1b}[31m${'a'.repeat(169)}…`;
    const claimed = `https://evil.example/\x1b[31m${'a'.repeat(1000)}`;
    expect(() => judge({ ...minimal, issuer: claimed })).toThrow(
      expect.objectContaining({ issuer, otherIssuer: said, message: expect.stringContaining(`"${said}"`) }),
    );
  });
});

describe('DISC-9, D40: PKCE with S256', () => {
  test.each([
    ['absent', undefined],
    ['null', null],
    ['empty', []],
    ['plain only', ['plain']],
    ['another spelling', ['s256', 'S256 ', 'sha256']],
    ['a text', 'S256'],
    ['an object', { 0: 'S256' }],
    ['nested', [['S256']]],
  ])('%s is refused', (_, methods) => {
    const document = { ...minimal, code_challenge_methods_supported: methods };
    expect(() => judge(document)).toThrow(refusal('pkce_unsupported', /S256/));
    expect(() => judge(document)).toThrow(expect.objectContaining({ recovery: 'none', issuer }));
  });
});

describe('DISC-9: a host that does without PKCE in the metadata', () => {
  const tolerance = { withoutPkce: true };

  test('uses a document that says nothing of it, and nothing is known then', () => {
    const silent = without('code_challenge_methods_supported');
    expect(judge(silent, issuer, resource, tolerance)).toEqual({ ...judge(minimal), pkce: 'unknown' });
  });

  test('knows it where the document says it', () => {
    expect(judge(minimal, issuer, resource, tolerance)).toEqual(judge(minimal));
  });

  test('overlooks nothing else', () => {
    const other = { ...minimal, issuer: `${issuer}/` };
    expect(() => judge(other, issuer, resource, tolerance)).toThrow(refusal('issuer_mismatch', /not used/));
  });
});

describe('D37: endpoints', () => {
  test.each(['token_endpoint'] as const)('%s has to be there', (name) => {
    const missing = refusal('server_metadata_invalid', new RegExp(`has no ${name}`));
    expect(() => judge(without(name))).toThrow(missing);
    expect(() => judge({ ...minimal, [name]: null })).toThrow(missing);
    expect(() => judge({ ...minimal, [name]: '' })).toThrow(missing);
    const inherited = `{"__proto__":${JSON.stringify(minimal)},${JSON.stringify(without(name)).slice(1)}`;
    expect(() => judge(inherited)).toThrow(missing);
    expect(() => judge(without(name))).toThrow(expect.objectContaining({ recovery: 'none', issuer }));
  });

  test('D37: the others may be absent, null or empty', () => {
    const empty = { device_authorization_endpoint: '', pushed_authorization_request_endpoint: '' };
    const document = { ...minimal, registration_endpoint: null, revocation_endpoint: '', ...empty };
    expect(judge(document)).toEqual(judge(minimal));
    // Where no person logs in there need be no page for it.
    expect(judge(without('authorization_endpoint')).authorizationEndpoint).toBeUndefined();
  });

  describe.each(['authorization_endpoint', 'token_endpoint', 'registration_endpoint', 'revocation_endpoint'])(
    '%s is refused when it is',
    (name) => {
      test.each([
        ['AUTHZ-8, R19, T28: plain http', 'http://as.example/x', /plain http/],
        ['AUTHZ-9, A01: javascript', 'javascript:alert(1)//https://', /https/],
        ['A01: data', 'data:text/html,x', /https/],
        ['A01: file', 'file:///etc/passwd', /https/],
        ['A01: a custom scheme', 'vscode://x/y', /https/],
        ['D37: relative', '/token', /absolute/],
        ['D37: a number', 7, /not a text/],
        ['D37: a list', ['https://as.example/x'], /not a text/],
        ['D36: with a user', 'https://as.example@evil.example/x', /user/],
        ['with a fragment', 'https://as.example/x#y', /fragment/],
        ['A02: with a line break', 'https://as.example/\n--x', /characters/],
        ['D21: with a lone surrogate', 'https://as.example/\ud800', /characters/],
        ['D06: on this machine', 'https://localhost:9000/x', /this machine/],
        ['A04: 100 KB', `https://as.example/${'x'.repeat(100_000)}`, /too long/],
      ])('%s', (_, value, reason) => {
        const document = { ...minimal, [name]: value };
        expect(() => judge(document)).toThrow(refusal('address_refused', reason));
        expect(() => judge(document)).toThrow(refusal('address_refused', new RegExp(name)));
        expect(() => judge(document)).toThrow(expect.objectContaining({ recovery: 'none', issuer }));
      });
    },
  );

  test('D38: may be on another origin than the issuer', () => {
    const document = { ...minimal, token_endpoint: 'https://tokens.example/t' };
    expect(judge(document).tokenEndpoint).toBe('https://tokens.example/t');
  });

  test('may have a query', () => {
    const document = { ...minimal, authorization_endpoint: 'https://as.example/a?policy=x' };
    expect(judge(document).authorizationEndpoint).toBe('https://as.example/a?policy=x');
  });

  test('A02: are written anew', () => {
    const document = { ...minimal, authorization_endpoint: 'HTTPS://AS.example:443/a?"`$(x)|&' };
    expect(judge(document).authorizationEndpoint).toBe('https://as.example/a?%22`$(x)|&');
  });

  test('AUTHZ-8, D06: plain http on loopback, for a resource on loopback', () => {
    const document = { ...minimal, token_endpoint: 'http://localhost:9000/token' };
    expect(judge(document, issuer, local).tokenEndpoint).toBe('http://localhost:9000/token');
    expect(() => judge(document, issuer, resource)).toThrow(refusal('address_refused', /this machine/));
  });
});

describe('what is no document', () => {
  test.each([
    ['D17: an array', [minimal]],
    ['D17: null', 'null'],
    ['D17: a string', '"x"'],
    ['DISC-11: broken JSON', '{"issuer":'],
    ['D20: nesting without end', '['.repeat(100_000)],
  ])('%s is a moment that may pass', (_, document) => {
    expect(() => judge(document)).toThrow(refusal('server_metadata_broken', /JSON object/));
    expect(() => judge(document)).toThrow(expect.objectContaining({ recovery: 'retry-later', issuer }));
  });
});

test('DISC-10: the default endpoints of 2025-03-26, where nothing is known of PKCE', () => {
  expect(legacyServerMetadata('https://r.example')).toEqual({
    issuer: 'https://r.example',
    authorizationEndpoint: 'https://r.example/authorize',
    tokenEndpoint: 'https://r.example/token',
    registrationEndpoint: 'https://r.example/register',
    requiresPush: false,
    scopesSupported: [],
    authMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    dpopAlgorithms: [],
    pkce: 'unknown',
    sendsIssuer: false,
    acceptsMetadataDocuments: false,
  });
});

describe('the sentence names the option that helps', () => {
  const messageOf = (more: object): string => {
    try {
      judge({ ...minimal, ...more });
      return '';
    } catch (error) {
      return String(error);
    }
  };

  test('D23: of a slash, and of nothing else', () => {
    expect(messageOf({ issuer: `${issuer}/` })).toContain(
      'only a slash differs, overlook it with policy.dangerouslyIgnoreTrailingSlashOf.',
    );
    for (const other of [`${issuer}//`, 'https://other.example', undefined])
      expect(messageOf({ issuer: other })).not.toContain('policy.');
  });

  test('DISC-9: of PKCE', () => {
    expect(messageOf({ code_challenge_methods_supported: undefined })).toContain(
      'ask its operator, or allow it with policy.dangerouslyAllowWithoutPkceAt.',
    );
  });
});

describe('what may be server metadata (D16)', () => {
  test.each([
    ['an empty object', {}, false],
    ['what a site answers to every path', { message: 'Hello', status: 'ok', error: 'not_found' }, false],
    ['an issuer of null', { issuer: null }, true],
    ['an issuer alone', { issuer }, true],
    ['D22: endpoints without an issuer', { token_endpoint: 'https://as.example/t' }, true],
    ['D19: an inherited issuer', `{"__proto__":{"issuer":"${issuer}"}}`, false],
    ['DISC-11: broken JSON', '{"issuer":', true],
    ['D17: a list', [], true],
  ])('%s: %s', (_, document, expected) => {
    expect(mayBeServerMetadata(typeof document === 'string' ? document : JSON.stringify(document))).toBe(
      expected,
    );
  });
});

describe('where no place has a document', () => {
  const place = 'https://as.example/.well-known/oauth-authorization-server';

  test('DISC-11: is said, and whom to ask', () => {
    expect(serverMetadataAbsent(issuer, [{ url: place, status: 404 }])).toStrictEqual({
      code: 'server_metadata_absent',
      phase: 'discovering',
      recovery: 'none',
      message: `${issuer} publishes no authorization server metadata; ask its operator, or the resource's.`,
      issuer,
    });
  });

  test.each([401, 403])('DISC-11: with a place that answers with %i: it has to be public', (status) => {
    const absent = [
      { url: 'https://as.example/first', status: 404 },
      { url: `${place}?key=SECRET`, status },
    ];
    expect(serverMetadataAbsent(issuer, absent).message).toBe(
      `${issuer} publishes no authorization server metadata: ${place} answers with ${status}; it has to be public, ask its operator.`,
    );
  });
});
