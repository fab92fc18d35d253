// Good inputs that fuzzing starts from: one of each form, with every member that a reader looks at.

/** Marks what is secret in an input: it may be in no error. */
export const CANARY = 'canary-7f3a9c51d2e84b06';

const text = (value: unknown): string => JSON.stringify(value);

export const corpora = {
  challenges: [
    'Bearer',
    'Bearer realm="x", error="invalid_token", resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp", scope="read write"',
    'Basic realm="a", Bearer error=insufficient_scope, scope="files:read files:write"',
    'DPoP algs="ES256", error="use_dpop_nonce"',
    'Negotiate YII=, bearer Error = "a\\"b\\\\c", x_resource_metadata="https://evil.example"',
  ],
  addresses: [
    'https://auth.example.com/tenant/a',
    'https://api.example.com/mcp?x=1',
    'http://127.0.0.1:8080/callback',
    'https://[::ffff:10.0.0.1]/a',
    'https://user@0x7f.1:443/..;/%2e%2e//',
    'https://xn--e1afmkfd.example./#',
    'https://[2001:db8::1]:8443/',
  ],
  resourceMetadata: [
    text({
      resource: 'https://api.example.com/mcp',
      authorization_servers: ['https://auth.example.com', 'https://10.0.0.1'],
      scopes_supported: ['read', 'write'],
    }),
    text({ resource: 'https://api.example.com', authorization_servers: ['https://auth.example.com/a'] }),
  ],
  serverMetadata: [
    text({
      issuer: 'https://auth.example.com',
      authorization_endpoint: 'https://auth.example.com/authorize',
      token_endpoint: 'https://auth.example.com/token',
      registration_endpoint: 'https://auth.example.com/register',
      revocation_endpoint: 'https://auth.example.com/revoke',
      device_authorization_endpoint: 'https://auth.example.com/device',
      pushed_authorization_request_endpoint: 'https://auth.example.com/par',
      code_challenge_methods_supported: ['S256', 'plain'],
      scopes_supported: ['read', 'offline_access'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
      dpop_signing_alg_values_supported: ['ES256'],
      client_id_metadata_document_supported: true,
    }),
    text({
      issuer: 'https://auth.example.com',
      token_endpoint: 'https://auth.example.com/token',
      code_challenge_methods_supported: ['S256'],
    }),
  ],
  registrations: [
    text({
      client_id: 'client',
      client_secret: CANARY,
      client_secret_expires_at: 1_900_000_000,
      token_endpoint_auth_method: 'client_secret_basic',
      redirect_uris: ['http://127.0.0.1:7777/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      registration_client_uri: 'https://auth.example.com/register/client',
      registration_access_token: 'management',
    }),
    text({ client_id: 'client' }),
  ],
  tokens: [
    text({
      access_token: CANARY,
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: CANARY,
      scope: 'read write',
    }),
    text({ error: 'invalid_grant', error_description: `the token ${CANARY} is unknown` }),
    text({ error: 'invalid_client', error_description: CANARY, access_token: CANARY }),
  ],
  deviceCodes: [
    text({
      device_code: CANARY,
      user_code: 'WDJB-MJHT',
      verification_uri: 'https://auth.example.com/device',
      verification_uri_complete: 'https://auth.example.com/device?user_code=WDJB-MJHT',
      expires_in: 1800,
      interval: 5,
    }),
  ],
  callbacks: [
    'http://127.0.0.1:7777/callback?code=abc&state=xyz&iss=https%3A%2F%2Fauth.example.com',
    'http://127.0.0.1:7777/callback?error=access_denied&state=xyz&iss=https%3A%2F%2Fauth.example.com&error_description=no',
    '?state=xyz&code=a&code=b#access_token=x',
  ],
  pushes: [
    text({ request_uri: 'urn:ietf:params:oauth:request_uri:abc', expires_in: 60 }),
    text({
      access_token: CANARY,
      issued_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      token_type: 'N_A',
      expires_in: 60,
    }),
    text({ error: 'invalid_redirect_uri', error_description: 'not this one' }),
  ],
  headers: [
    '120',
    'Fri, 27 Nov 2026 22:30:00 GMT',
    'https://other.example.com/mcp?x=1',
    '/mcp/v2',
    'eyJub25jZSI6MX0',
    '\u001b[31mred\u202e\u0007',
  ],
  records: [
    text({
      v: 1,
      session: { resource: 'https://api.example.com/mcp', subject: '', label: '' },
      issuer: 'https://auth.example.com',
      client: { kind: 'dynamic', clientId: 'client', authMethod: 'none', redirectUris: [] },
      resource: 'https://api.example.com/mcp',
      accessToken: CANARY,
      refreshToken: CANARY,
      expiresAt: 1,
      requested: ['read'],
      granted: ['read'],
    }),
    text({
      v: 1,
      session: { resource: 'https://api.example.com/mcp', subject: '', label: '' },
      current: 'https://auth.example.com',
      servers: {},
    }),
    text({ v: 1, pendingKey: 'pending:["a"]' }),
    text({
      kind: 'request',
      at: 1,
      session: { resource: 'https://api.example.com/mcp', subject: '', label: '' },
      purpose: 'token',
      method: 'POST',
      url: 'https://auth.example.com/token',
      status: 200,
    }),
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;
