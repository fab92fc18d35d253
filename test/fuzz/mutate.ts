// Changes inputs at random, by a seed: characters, pieces, pieces of others, and words that readers know.

/** Numbers from 0 to below 1 that the seed decides. @see the generator mulberry32 */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What readers mind: ends of texts, separators, names of members, numbers at an edge, characters that are not what they seem. */
const words: readonly string[] = [
  ...[
    '"',
    '\\',
    ',',
    '=',
    ' ',
    '\t',
    '\r\n',
    '\0',
    '#',
    '?',
    '&',
    ';',
    ':',
    '@',
    '/',
    '//',
    '..',
    '%2e',
    '%00',
  ],
  ...['{', '}', '[', ']', 'null', 'true', '-1', '0', '1e999', '9007199254740993', '""', '[]', '{}'],
  ...['__proto__', 'constructor', 'prototype', 'toString', '"__proto__":{"polluted":1},'],
  ...['\u202e', '\u200b', '\ud800', '\udfff', '\ufeff', 'ı', 'K', '。', '\u001b[0m'],
  ...['Bearer ', 'DPoP ', 'scope="', 'error="', 'resource_metadata="', 'realm='],
  ...[
    'https://',
    'http://',
    'javascript:',
    '127.0.0.1',
    '[::1]',
    '0x7f.1',
    '2130706433',
    'localhost',
    '169.254.169.254',
  ],
  ...['access_token', 'error', 'iss=', 'state=xyz', 'code=', 'S256', 'https://auth.example.com'],
];

/** No input grows beyond this, in characters: how time grows with size is another question. */
const LONGEST = 1_024;

/** @param others pieces are taken from them. */
export function mutated(input: string, others: readonly string[], random: () => number): string {
  const below = (limit: number): number => Math.floor(random() * limit);
  let text = input;
  for (let times = 1 + below(4); times > 0; times -= 1) {
    const at = below(text.length + 1);
    const end = Math.min(text.length, at + below(16));
    const [before, piece, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
    switch (below(7)) {
      case 0:
        text = before + String.fromCharCode(below(128)) + after;
        break;
      case 1:
        text = before + String.fromCharCode(below(65_536)) + piece + after;
        break;
      case 2:
        text = before + after;
        break;
      case 3:
        text = before + piece.repeat(1 + below(8)) + after;
        break;
      case 4: {
        const other = others[below(others.length)] ?? '';
        const from = below(other.length + 1);
        text = before + other.slice(from, from + below(64)) + after;
        break;
      }
      case 5:
        text = before + piece.split('').reverse().join('') + after;
        break;
      default:
        text = before + (words[below(words.length)] ?? '') + piece + after;
    }
  }
  return text.slice(0, LONGEST);
}
