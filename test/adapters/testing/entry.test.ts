// What the entry point brings along: no Node, no package but those of the engine, and nothing for the other entries.
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** Every source that an entry needs at its start, and what it imports from outside. */
async function neededBy(entry: string) {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    splitting: true,
    outdir: 'reports',
    write: false,
    metafile: true,
    format: 'esm',
    packages: 'external',
    platform: 'neutral',
    external: ['node:*'],
    logLevel: 'error',
  });
  const sources = Object.keys(metafile.inputs);
  const outside = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.flatMap(({ path, external }) => (external ? [path] : [])),
  );
  return { sources, outside: [...new Set(outside)].sort() };
}

describe('authchart/testing', () => {
  it('runs wherever fetch is: it imports nothing of Node, and no package', async () => {
    const { sources, outside } = await neededBy('adapters/testing.ts');
    expect(outside).toEqual([]);
    expect(sources).toContain('adapters/testing/world.ts');
    expect(sources.filter((path) => path.startsWith('engine/') || path.startsWith('machines/'))).toEqual([]);
  });

  it('has Node in an entry of its own', async () => {
    const { outside } = await neededBy('adapters/testing/node.ts');
    expect(outside).toEqual(['node:events', 'node:http', 'node:stream', 'node:stream/promises']);
  });

  it.each(['index.ts', 'adapters/node.ts', 'adapters/browser.ts', 'adapters/mcp.ts'])(
    'weighs nothing in %s',
    async (entry) => {
      const { sources } = await neededBy(entry);
      expect(sources.filter((path) => path.startsWith('adapters/testing'))).toEqual([]);
    },
  );
});
