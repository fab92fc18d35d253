// Small texts: durations, kinds of registration, words for a shell.
import type { RegistrationKind } from '../contract/facts.ts';

/** A duration in words. @param milliseconds `292000` gives "4 min 52 s". */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  const words = parts.slice(first, first + 2).filter(([count]) => count > 0);
  return words.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** The kinds of registration in words. */
export const kindNames: Readonly<Record<RegistrationKind, string>> = {
  'pre-registered': 'registered by hand',
  'metadata-document': 'a client metadata document',
  dynamic: 'registered dynamically',
};

/** Quotes a word for a POSIX shell, if it needs quotes. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
