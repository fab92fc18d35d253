// How the package is bundled: one file for each entry, and few shared ones. Declarations stand beside, made by the compiler.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ChunkingContext, defineConfig, type PluginContext } from 'rolldown';

/** By entry: its source. The names are those of `exports` and `bin` in package.json. */
const entries = [
  'index',
  'adapters/node',
  'adapters/browser',
  'adapters/inspect',
  'adapters/mcp',
  'adapters/testing',
  'adapters/testing/node',
  'stores/keychain',
  'stores/postgres',
  'stores/redis',
  'cli/main',
];

/** By file of the package: the sources whose imports it holds together, in the order in which they are asked for one. */
const shared: Readonly<Record<string, readonly string[]>> = {
  core: ['index.ts'],
  callback: ['protocol/authorizationResponse.ts'],
  network: ['actors/network/resolution.ts', 'protocol/connection.ts'],
  schemas: ['node_modules/zod/mini/index.js'],
  use: ['engine/parts/use.ts'],
  login: ['engine/parts/login.ts', 'actors/network/freshness.ts'],
  signOut: ['engine/parts/signOut.ts'],
  device: ['engine/parts/device.ts'],
  testing: ['adapters/testing.ts'],
};

/** The module of a path and all that it imports, but for what is loaded later. */
function importsOf(path: string, context: ChunkingContext, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const imported of context.getModuleInfo(path)?.importedIds ?? []) importsOf(imported, context, found);
  return found;
}

const known = new Map<string, ReadonlySet<string>>();

/** The shared file that a module is in; none for what only one entry needs. */
function fileOf(path: string, context: ChunkingContext): string | null {
  for (const [file, sources] of Object.entries(shared)) {
    const all = known.get(file) ?? new Set(sources.flatMap((one) => [...importsOf(resolve(one), context)]));
    known.set(file, all);
    if (all.has(path)) return file;
  }
  return null;
}

/**
 * Packages that come inside: zod, which as a package loads the texts of all its languages; ipaddr.js, which every session
 * needs and which would be one more file to find; and commander, which only the command line uses. Every other package
 * stays outside.
 */
const inside = ['zod', 'ipaddr.js', 'commander'];

/** Their licences come along. */
function emitLicences(this: PluginContext): void {
  const texts = inside.map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`);
  this.emitFile({ type: 'asset', fileName: 'third-party.txt', source: texts.join('\n') });
}

export default defineConfig({
  input: Object.fromEntries(entries.map((name) => [name, `${name}.ts`])),
  platform: 'node',
  external: (id) => !/^[./]/.test(id) && !inside.includes(id.split('/')[0] ?? ''),
  plugins: [{ name: 'licences', generateBundle: emitLicences }],
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name].js',
    // Names stay as they are, so that a stack says where it was.
    minify: { compress: true, mangle: false, codegen: true },
    codeSplitting: { groups: [{ name: fileOf, debugName: 'shared', includeDependenciesRecursively: false }] },
  },
});
