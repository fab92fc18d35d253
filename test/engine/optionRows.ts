// Values for every option: some that are refused, and some that are not. An option without a row does not compile.
import {
  anySubject,
  type ClientOptions,
  type CompleteOptions,
  type EngineOptions,
  type EnginePolicy,
  type GrantOptions,
  hostUserAgent,
  type LoginOptions,
  type LogoutOptions,
  memoryStore,
  type PreRegisteredClient,
  type PrivateKey,
  type SessionOptions,
  type Store,
  type UserAgent,
} from '../../index.ts';

import {
  containers,
  ecdh,
  ecdsa,
  flags,
  functions,
  goodIssuers,
  goodScopes,
  goodSecrets,
  issuerLists,
  kinds,
  noAddresses,
  noFunctions,
  noIds,
  noIssuers,
  noNames,
  noObjects,
  noScopes,
  noSecrets,
  nothing,
  type Row,
  type Rows,
  SECRET,
  texts,
  times,
  unreadable,
} from './optionValues.ts';

const userAgent = hostUserAgent({ redirectUri: 'https://app.example/callback', present: nothing });

const atIssuer = (value: unknown) => ({ 'https://as.example': value });
const atOrigin = (value: unknown) => ({ 'https://rs.example': value });

/** What nobody but the engine may say in an authorization request. */
const OWN_PARAMETERS = [
  ...[
    'response_type',
    'client_id',
    'redirect_uri',
    'code_challenge',
    'code_challenge_method',
    'state',
    'scope',
  ],
  ...['resource', 'dpop_jkt', 'request', 'request_uri', 'response_mode', 'nonce', 'prompt'],
];

export const policyRows: Rows<EnginePolicy> = {
  interaction: { bad: ['', 'always', 'toString', null, true, ['ask']], good: ['ask', 'auto'] },
  requestTimeout: times,
  loginTimeout: times,
  idleAfter: times,
  rememberMetadata: { bad: times.bad.filter((value) => value !== 0), good: [0, ...times.good] },
  legacyDiscovery: flags,
  scopeFloor: { bad: noScopes, good: goodScopes },
  scopeCeiling: { bad: noScopes, good: goodScopes },
  confirmStepUp: functions,
  selectServer: {
    bad: [...noFunctions, ...noIssuers],
    good: [nothing, ...goodIssuers],
  },
  probe: { bad: ['', 'get', 'PUT', null, true, ['GET']], good: ['GET', 'POST'] },
  prompt: {
    bad: [
      '',
      ' ',
      ' consent',
      'consent ',
      'a"b',
      'a b"c',
      'a\\b',
      'a b\\c',
      'login  consent',
      'cönsent',
      'login cönsent',
      'consent\n',
      '\tconsent',
      true,
      null,
      ['consent'],
    ],
    good: ['consent', 'login consent', 'urn:example:prompt', '! !', '#~ #~', '[] []', 'a b c'],
  },
  authorizationParameters: {
    bad: [
      ...noObjects,
      new Map([['https://as.example', { audience: 'a' }]]),
      ...noIssuers.filter((one) => typeof one === 'string').map((one) => ({ [one]: { audience: 'a' } })),
      ...[
        ...noObjects,
        { '': 'a' },
        { 'a b': 'a' },
        { audience: '' },
        { audience: 5 },
        { audience: 'a\n' },
      ].map(atIssuer),
      ...OWN_PARAMETERS.map((name) => atIssuer({ [name]: 'x' })),
      atIssuer({ State: 'x' }),
    ],
    good: [{}, atIssuer({}), atIssuer({ access_type: 'offline', audience: 'urn:ä b', 'x.y-z': '?' })],
  },
  resourceHeaders: {
    bad: [
      ...noObjects,
      ...[
        ...noAddresses.filter((one) => typeof one === 'string'),
        'https://rs.example/',
        'https://RS.example',
      ].map((one) => ({ [one]: {} })),
      ...[
        ...noObjects,
        { '': 'a' },
        { 'x y': 'a' },
        { 'x-key': '' },
        { 'x-key': ' a' },
        { 'x-key': `${SECRET}\n` },
      ].map(atOrigin),
      ...['authorization', 'DPoP', 'Host', 'cookie', 'Content-Type', 'accept', 'proxy-authorization'].map(
        (name) => atOrigin({ [name]: SECRET }),
      ),
    ],
    good: [
      {},
      atOrigin({ 'x-api-key': SECRET, 'CF-Access-Client-Id': texts, 'user-agent': 'a (b)' }),
      { 'http://127.0.0.1:3000': { 'x-api-key': SECRET } },
    ],
  },
  dangerouslyOmitResourceAt: issuerLists,
  dangerouslySendResourceAs: {
    bad: [
      ...noObjects,
      ...noIssuers.filter((one) => typeof one === 'string').map((one) => ({ [one]: 'urn:a' })),
      ...['', 'api', '/mcp', 'https://rs.example/mcp#x', 'https://rs.example/a b', null, 5].map(atIssuer),
    ],
    good: [{}, atIssuer('api://5a4b'), atIssuer('urn:mcp'), atIssuer('https://rs.example/mcp/')],
  },
  dangerouslyIgnoreTrailingSlashOf: issuerLists,
  dangerouslyAllowWithoutPkceAt: issuerLists,
  dangerouslyAllowPrivateAddressAt: {
    bad: [
      ...noObjects.filter((one) => !Array.isArray(one)),
      ...[
        '',
        'login.corp.example',
        'http://login.corp.example',
        'https://login.corp.example/',
        'https://a@b.example',
        null,
        5,
      ].map((one) => [one]),
    ],
    good: [[], ['https://login.corp.example'], ['https://10.0.0.5:8443', 'https://[fd00::1]']],
  },
};

export const clientRows: Rows<ClientOptions> = {
  name: {
    bad: [...noNames, undefined],
    good: ['app', 'Führungskraft ✨', 'می‌خواهم', '👩‍💻 tools', 'שלום'],
  },
  uri: {
    bad: ['', 'app.example', 'ftp://app.example', 'javascript:alert(1)', 'https://ada@app.example', null, 5],
    good: ['https://app.example', 'http://app.example/about?x=1#us'],
  },
  softwareId: { bad: noNames, good: ['4NRB1-0XZABZI9E6-5SM3R'] },
  softwareVersion: { bad: noNames, good: ['1.0.0-beta+1'] },
  metadataUrl: {
    bad: [
      'https://app.example',
      'https://app.example/',
      'http://app.example/client.json',
      'http://localhost/client.json',
      'https://app.example/a/../client.json',
      'https://ada@app.example/client.json',
      'https://app.example/client.json#x',
      'HTTPS://app.example/client.json',
      null,
      5,
      ['https://app.example/client.json'],
    ],
    good: ['https://app.example/client.json', 'https://app.example:8443/oauth?x=1'],
  },
  preRegistered: { bad: [null, {}, SECRET, [null], [SECRET], [[]]], good: [[], [{ clientId: 'a' }]] },
  dynamicRegistration: flags,
  initialAccessTokens: {
    bad: [null, { 'https://as.example': SECRET }, [SECRET], [null]],
    good: [[], [{ issuer: 'https://as.example', token: SECRET }]],
  },
  grant: { bad: [...noObjects, {}], good: [{ kind: 'client-credentials' }] },
  dpop: { bad: ['', 'require', 'on', true, null, ['off']], good: ['off', 'preferred', 'required'] },
};

export const preRegisteredRows: Rows<PreRegisteredClient> = {
  issuer: { bad: noIssuers, good: goodIssuers },
  clientId: { bad: [...noIds, undefined], good: ['client', 'https://app.example/client.json', '~ {x}'] },
  clientSecret: { bad: noSecrets, good: goodSecrets },
  privateKey: { bad: [SECRET, null, 5, [], ecdsa.privateKey], good: [nothing, { key: ecdsa.privateKey }] },
  authMethod: {
    bad: [
      '',
      'basic',
      'client_secret_jwt',
      'toString',
      null,
      true,
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
    good: ['none'],
  },
  resource: { bad: noAddresses, good: ['https://rs.example/mcp?x=1', 'http://127.0.0.1:3000/mcp'] },
  dangerouslyTrustFirstIssuer: { bad: [false, 'true', 1, null], good: [true] },
};

export const privateKeyRows: Rows<PrivateKey> = {
  key: {
    bad: [
      undefined,
      null,
      '',
      SECRET,
      `-----BEGIN EC PRIVATE KEY-----\n${SECRET}\n-----END EC PRIVATE KEY-----`,
      `-----BEGIN PUBLIC KEY-----\n${SECRET}\n-----END PUBLIC KEY-----`,
      ` -----BEGIN PRIVATE KEY-----\n${SECRET}`,
      ecdsa.publicKey,
      ecdh.privateKey,
      ecdsa,
      { kty: 'EC', d: SECRET },
      { type: 'private' },
      { type: 'private', usages: 'sign' },
      { type: 'private', usages: ['decrypt'] },
      [],
      nothing,
    ],
    good: [ecdsa.privateKey, `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`],
  },
  algorithm: { bad: ['', 'HS256', 'none', 'es256', null, 256], good: ['ES256', 'RS256'] },
  keyId: { bad: noIds, good: ['2026-11'] },
};

export const initialAccessTokenRows: Rows<NonNullable<ClientOptions['initialAccessTokens']>[number]> = {
  issuer: { bad: [...noIssuers, undefined], good: goodIssuers },
  token: { bad: ['', `${SECRET} `, `${SECRET}\r\nx: y`, 'tökens', undefined, null, texts], good: [SECRET] },
};

type Grant<Kind extends GrantOptions['kind']> = Extract<GrantOptions, { readonly kind: Kind }>;

export const grantRows: { readonly [Kind in GrantOptions['kind']]: Rows<Grant<Kind>> } = {
  'client-credentials': { kind: { ...kinds, good: ['client-credentials'] } },
  enterprise: {
    kind: { ...kinds, good: ['enterprise'] },
    identityProvider: {
      bad: [...noObjects, undefined, {}],
      good: [{ tokenEndpoint: 'https://idp.example/token', clientId: 'a' }],
    },
    idToken: { bad: [...noFunctions, undefined], good: [texts] },
  },
  workload: {
    kind: { ...kinds, good: ['workload'] },
    assertion: { bad: [...noFunctions, undefined], good: [texts] },
  },
  device: {
    kind: { ...kinds, good: ['device'] },
    show: { bad: [...noFunctions, undefined], good: [nothing] },
  },
};

export const identityProviderRows: Rows<Grant<'enterprise'>['identityProvider']> = {
  tokenEndpoint: {
    bad: [...noAddresses, undefined],
    good: ['https://idp.example/token?tenant=1', 'http://localhost:9000/token'],
  },
  clientId: { bad: [...noIds, undefined], good: ['idp-client'] },
  clientSecret: { bad: noSecrets, good: goodSecrets },
};

const methods: Row = { bad: [...noFunctions, undefined], good: [nothing] };
const optionalMethods: Row = { bad: noFunctions, good: [nothing, undefined] };

export const userAgentRows: Rows<UserAgent> = {
  name: { bad: [...noIds, undefined], good: ['mine'] },
  leavesPage: flags,
  reserve: methods,
  atLocalhost: optionalMethods,
  hold: optionalMethods,
  present: methods,
  receive: methods,
  dismiss: optionalMethods,
  release: methods,
  dispose: methods,
};

export const storeRows: Rows<Store> = {
  get: methods,
  put: methods,
  delete: methods,
  list: methods,
  watch: optionalMethods,
  processes: {
    bad: [
      ...noObjects,
      {},
      { own: '', hasEnded: nothing },
      { own: 'x'.repeat(201), hasEnded: nothing },
      { own: 'mine' },
    ],
    good: [{ own: 'mine', hasEnded: nothing }, undefined],
  },
  setAside: methods,
};

export const engineRows: Rows<EngineOptions> = {
  client: { bad: [...noObjects, undefined, {}], good: [{ name: 'tests' }] },
  userAgent: { bad: [...noObjects, undefined, {}], good: [userAgent] },
  store: { bad: [...noObjects, {}, new Map()], good: [memoryStore(), undefined] },
  policy: { bad: [...noObjects, ...containers, unreadable], good: [{}, undefined] },
  onProgress: functions,
  onTrace: functions,
  onDefect: functions,
  inspect: functions,
  fetch: functions,
  now: functions,
  sleep: functions,
};

export const sessionRows: Rows<SessionOptions> = {
  resource: {
    bad: [
      ...noAddresses.filter((one) => !(one instanceof URL)),
      undefined,
      {},
      new URL('ftp://rs.example'),
      new URL('http://rs.example'),
    ],
    good: ['https://rs.example/mcp', new URL('https://rs.example/mcp'), 'http://localhost:3000'],
  },
  subject: { bad: [5, null, {}, ['ada']], good: ['', 'ada', 'ada@example.com \u0000'] },
  label: { bad: [5, null, {}, ['work']], good: ['', 'work'] },
};

export const loginRows: Rows<LoginOptions> = {
  scopes: { bad: noScopes, good: goodScopes },
  again: flags,
  signal: {
    bad: [null, {}, 'abort', new AbortController(), 5000, { aborted: false }],
    good: [new AbortController().signal],
  },
};

export const logoutRows: Rows<LogoutOptions> = {
  forget: { bad: ['', 'login', true, null, ['everything']], good: ['everything'] },
  signal: loginRows.signal,
};

export const completeRows: Rows<CompleteOptions> = {
  subject: { bad: [5, null, {}, Symbol('anySubject'), ['ada']], good: ['', 'ada', anySubject, undefined] },
};
