// The clients that the torture suite is tried with, bundled: a loader would take a second for each start.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../../', import.meta.url);
/** Within the project, where packages are found. */
const folder = new URL('.cache/torture/', root);

/** By name: this project's client, the right one whose faults can be switched on, that of the SDK, and a short one. */
const clients = ['client', 'naive', 'sdk', 'short'] as const;

/** One of the clients. */
export type ClientName = (typeof clients)[number];

/** Bundles them. @returns the command of each. */
export async function buildClients(): Promise<(name: ClientName) => readonly string[]> {
  await build({
    entryPoints: Object.fromEntries(
      clients.map((name) => [name, fileURLToPath(new URL(`test/torture/${name}.ts`, root))]),
    ),
    outdir: fileURLToPath(folder),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return (name) => [process.execPath, fileURLToPath(new URL(`${name}.js`, folder))];
}
