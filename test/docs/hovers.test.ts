// What an editor shows first over the five names that nearly every program uses: codes of errors, units, and an example.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../index.ts';
import { callTool, failureOf, testEngine } from '../support/engine.ts';
import { startWorld } from '../support/world.ts';

/** The text of the comment before a declaration, in one line. */
function hoverOf(file: string, declaration: string): string {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const before = source.slice(0, source.indexOf(declaration)).trimEnd();
  const comment = before.endsWith('*/') ? before.slice(before.lastIndexOf('/**')) : '';
  return comment.replaceAll(/\s*\n\s*\* ?/g, ' ');
}

describe('the first hover', () => {
  it.each<[string, string, readonly string[]]>([
    ['engine/engine.ts', 'export function createAuthEngine', ['config_invalid', 'milliseconds', '@example']],
    [
      'engine/sessionSurface.ts',
      'readonly fetch: Fetch;',
      [
        'address_refused',
        'redirect_refused',
        'config_invalid',
        'engine_disposed',
        'store_failed',
        "interaction: 'auto'",
        'milliseconds',
        '@example',
      ],
    ],
    [
      'adapters/mcp/fetch.ts',
      'export function mcpFetch',
      ['interaction_required', 'login_pending', '45,000 milliseconds', '@example'],
    ],
    [
      'adapters/mcp/authProvider.ts',
      'export function mcpAuthProvider',
      ['interaction_required', 'login_pending', 'config_invalid', '45,000 milliseconds'],
    ],
    ['adapters/react.ts', 'export function useAuth', ['config_invalid', '`recovery`', '@example']],
  ])('%s, %s: says what it may throw, and in what units it counts', (file, declaration, words) => {
    const hover = hoverOf(file, declaration);
    for (const word of words) expect(hover).toContain(word);
  });

  it('over session.fetch is right about a store that fails', async () => {
    const world = await startWorld();
    const store = { ...memoryStore(), get: () => Promise.reject(new Error('down')) };
    const { engine, session } = testEngine(world.resource, { store });
    expect(await failureOf(callTool(session, 'any'))).toMatchObject({ code: 'store_failed' });
    await engine.dispose();
    await world.close();
  });
});
