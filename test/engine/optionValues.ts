// Values of each kind: some that an option of this kind may not have, and some that it may.
export interface Row {
  /** At least two. */
  readonly bad: readonly unknown[];
  /** At least one. */
  readonly good: readonly unknown[];
}

export type Rows<Options> = { readonly [Name in keyof Required<Options>]: Row };

/** In every value that stands for a secret. */
export const SECRET = 'hush-hush';

export const nothing = async () => undefined;
export const texts = async () => 'text';
const keyPair = async (algorithm: EcKeyGenParams, usages: readonly KeyUsage[]) =>
  (await crypto.subtle.generateKey(algorithm, false, [...usages])) as CryptoKeyPair;
export const ecdsa = await keyPair({ name: 'ECDSA', namedCurve: 'P-256' }, ['sign', 'verify']);
export const ecdh = await keyPair({ name: 'ECDH', namedCurve: 'P-256' }, ['deriveBits']);

export const noFunctions = [SECRET, {}, null, true, 5];
const noFlags = ['false', 0, 1, null, {}];
export const noObjects = [SECRET, null, 5, true, [], [SECRET], nothing];
/** Objects whose members are no options: they would count as no options at all. */
export const containers = [
  new Map([['interaction', 'auto']]),
  new Set(),
  new Date(),
  Promise.resolve({ interaction: 'auto' }),
  new AbortController().signal,
];
export const unreadable = {
  get interaction(): never {
    throw new Error(SECRET);
  },
};
export const noIds = ['', 5, null, ['client'], 'clïent', 'client\n', 'client\u0000', 'x'.repeat(4097)];
export const noNames = [
  '',
  '   ',
  '\u200b\u2060',
  'My\napp',
  'My\u0007app',
  '\u202eppa yM',
  '\ud800',
  5,
  null,
  ['app'],
];
const noTimes = [0, -1, Number.NaN, Infinity, 2 ** 31, '1000', 10n, null, new Date(1000), [1000]];
const goodTimes = [1, 0.5, 2 ** 31 - 1];
export const noScopes: readonly unknown[] = [
  'read write',
  'read',
  null,
  new Set(['read']),
  { read: true },
  [''],
  ['read write'],
  ['read', 5],
  ['read', undefined],
  ['re"ad'],
  ['re\\ad'],
  ['lesen ü'],
  ['x'.repeat(257)],
  // One that leaves a place empty.
  Object.assign(new Array(2), { 1: 'read' }),
];
export const goodScopes = [[], ['read'], ['https://api.example/read:all', "!#[]~'"]];
export const noAddresses = [
  '',
  'as.example',
  '/token',
  'ftp://as.example/token',
  'http://as.example/token',
  'https://ada:pw@as.example/token',
  'https://as.example/token#here',
  ' https://as.example/token',
  'https://as.example/to ken',
  'javascript:alert(1)',
  null,
  new URL('https://as.example/token'),
];
export const noIssuers = [...noAddresses, 'https://as.example?tenant=1', 'https://as.example/?'];
export const goodIssuers = [
  'https://as.example',
  'https://as.example/tenant/',
  'http://localhost:8080',
  'http://[::1]/',
];
export const issuerLists: Row = {
  bad: ['https://as.example', null, new Set(['https://as.example']), ...noIssuers.map((one) => [one])],
  good: [[], goodIssuers],
};
export const noSecrets = [
  '',
  `${SECRET}\n`,
  `${SECRET}\u0000`,
  '\ud800',
  null,
  5,
  { value: SECRET },
  [SECRET],
];
export const goodSecrets = [SECRET, 'pässwörd with blanks', texts];
export const functions: Row = { bad: noFunctions, good: [nothing] };
export const flags: Row = { bad: noFlags, good: [true, false] };
export const times: Row = { bad: noTimes, good: goodTimes };
export const kinds: Row = { bad: ['', 'client_credentials', 'constructor', null, undefined, {}], good: [] };
