// How the package is bundled: one file for each entry, and few shared ones. Declarations stand beside, made by the compiler.
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ChunkingContext, defineConfig, type Plugin, type PluginContext } from 'rolldown';
import { esmExternalRequirePlugin } from 'rolldown/plugins';

/** By entry: its source. The names are those of `exports` and `bin` in package.json; the last is what `authchart demo` loads. */
const entries = [
  'index',
  'adapters/node',
  'adapters/browser',
  'adapters/inspect',
  'adapters/mcp',
  'adapters/otel',
  'adapters/react',
  'adapters/testing',
  'adapters/testing/node',
  'stores/keychain',
  'stores/postgres',
  'stores/redis',
  'cli/main',
  'playground/story/tell',
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
 * Packages that come inside: zod/mini, which as a package loads the texts of all its languages; ipaddr.js, ky and
 * http-cache-semantics, which every login needs and which would be some thirty more files to find in its midst; commander,
 * which only the command line uses; and the transports of the MCP SDK with what they are made of, which only
 * `authchart proxy` loads. Every other package stays outside, as does the whole zod of the demo.
 */
const inside = [
  'zod',
  'ipaddr.js',
  'ky',
  'http-cache-semantics',
  'commander',
  '@modelcontextprotocol/client',
  '@modelcontextprotocol/core',
  'eventsource',
  'eventsource-parser',
  'pkce-challenge',
];

/** The package that an import is of. */
const packageOf = (id: string): string =>
  id
    .split('/')
    .slice(0, id.startsWith('@') ? 2 : 1)
    .join('/');

/** The whole zod of the demo comes from outside: whoever has its servers has it. */
const isOfDemo = (id: string, parent = ''): boolean => id === 'zod' && /[\\/]playground[\\/]/.test(parent);

/** Marks the modules of the zod that the MCP SDK has. */
const OF_SDK = '?of-sdk';

/**
 * The MCP SDK uses much of zod, and records little. With one zod for both, everybody would load what only the proxy needs:
 * so the SDK has modules of its own.
 */
const zodOfSdk: Plugin = {
  name: 'zod of the MCP SDK',
  async resolveId(id, parent = '') {
    const isZod = /^zod(?:\/|$)/.test(id) && /@modelcontextprotocol/.test(parent);
    if (!isZod && !parent.endsWith(OF_SDK)) return null;
    const found = await this.resolve(id, parent.replace(OF_SDK, ''), { skipSelf: true });
    return found && { id: found.id + OF_SDK, moduleSideEffects: false };
  },
  load: (id) => (id.endsWith(OF_SDK) ? readFileSync(id.slice(0, -OF_SDK.length), 'utf8') : null),
};

/** What it is called differs. */
function licenceOf(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(?:\.|$)/i.test(name));
  return readFileSync(`${folder}/${file}`, 'utf8');
}

/** Their licences come along. */
function emitLicences(this: PluginContext): void {
  const texts = inside.map((name) => `${name}\n\n${licenceOf(`node_modules/${name}`)}`);
  this.emitFile({ type: 'asset', fileName: 'third-party.txt', source: texts.join('\n') });
}

/** What the command shows, and hosts import: drawings of the chart, as they are checked in. */
const drawings = ['chart.svg', 'chart.json', 'live.html'].map((name) => `visualizations/generated/${name}`);

/** They lie as in the sources, since they are found by that. */
function emitDrawings(this: PluginContext): void {
  for (const fileName of drawings)
    this.emitFile({ type: 'asset', fileName, source: readFileSync(fileName, 'utf8') });
}

export default defineConfig({
  input: Object.fromEntries(entries.map((name) => [name, `${name}.ts`])),
  // As for no platform, since for Node its own runtime would import `node:module`, in a file that browsers and workers load, too.
  platform: 'neutral',
  // Packages that differ by platform are those of the command line.
  resolve: { mainFields: ['module', 'main'], conditionNames: ['node', 'import', 'default'] },
  // What Node brings is the plugin's, with modules of its own.
  external: (id, parent) =>
    !/^(?:[./]|node:|builtin:)/.test(id) && (!inside.includes(packageOf(id)) || isOfDemo(id, parent)),
  // The MCP SDK does not say so of its files. Without it the judges of JSON schemas come along, which no transport uses.
  treeshake: { moduleSideEffects: [{ test: /@modelcontextprotocol/, sideEffects: false }] },
  plugins: [
    // What commander requires of Node is imported.
    esmExternalRequirePlugin({ external: [/^node:/] }),
    zodOfSdk,
    { name: 'licences', generateBundle: emitLicences },
    { name: 'drawings', generateBundle: emitDrawings },
  ],
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'shared/[name].js',
    // Names and lines stay as they are: a stack says where it was, and Node prints the line before an error that nobody has caught.
    comments: { legal: true, annotation: true, jsdoc: false },
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
    codeSplitting: { groups: [{ name: fileOf, debugName: 'shared', includeDependenciesRecursively: false }] },
  },
});
