// Defences of the actors, the engine, the stores and the adapters: each with what its place is without it.
import { type Defence, inFile } from './defence.ts';

export const engineDefences: readonly Defence[] = [
  ...inFile('actors/network/http.ts', [
    ['D08', 'if (!sameOrigin(from, to)) return no(', 'if (false) return no('],
    ['D10', 'if (hop === MAX_HOPS) no(', 'if (hop === MAX_HOPS * 100) no('],
    ['D11', 'if (bytes > maxBytes) {', 'if (bytes > maxBytes * 1_000) {'],
    [
      'D12',
      'const endDeadline = deadline(deadlineMs, () => ending.abort());',
      'const endDeadline = deadline(deadlineMs, () => {});',
    ],
    ['T29', "if (!followed.has(request.purpose)) no('only metadata may be redirected');", ''],
  ]),
  ...inFile('actors/userAgents/callbackServer.ts', [
    ['A20', "if (request.method !== 'GET') return { kind: 'refuse', status: 404 };", ''],
    [
      'A22',
      "if (redirectUri === undefined) return { kind: 'refuse', status: 403 };",
      "if (redirectUri === undefined) return { kind: 'take', query: target.slice(path.length), redirectUri: [...answered.values()][0] ?? '' };",
    ],
  ]),
  ...inFile('engine/hostCode.ts', [
    ['P08', 'now: now ? guardedNow(now, onDefect) : Date.now,', 'now: () => Date.now(),'],
  ]),
  ...inFile('actors/userAgents/callbackPage.ts', [
    ['L09', "'referrer-policy': 'no-referrer',", "'x-none': 'none',"],
    ['A25', "`default-src 'none'; style-src", '`style-src'],
  ]),
  ...inFile('engine/sessionFetch.ts', [
    [
      'C15',
      "if (outcome === 'nothing new' || !request.canRepeat) return response;",
      "if (outcome === 'nothing new') return response;",
    ],
    ['T34', 'const isLastWord = challenge.status === 401 && renewed;', 'const isLastWord = false;'],
  ]),
  ...inFile('stores/fileSystem.ts', [['S10', 'if (isOpen) await chmod(folder, 0o700);', '']]),
  ...inFile('stores/records.ts', [
    ['S08', "if (typeof stored['v'] === 'number' && stored['v'] > 1) refuseNewer(at);", ''],
    ['S01', 'await this.#store.setAside(at, record.version);', ''],
  ]),
];
