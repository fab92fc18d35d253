// Programs that tests start as processes of their own, bundled before each run: tsx would take a second for each start.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../../', import.meta.url);
/** Within the project, where packages are found. */
const folder = new URL('.cache/programs/', root);

const programs = {
  command: 'cli/main.ts',
  storeSibling: 'test/stores/sibling.ts',
  webSession: 'test/stores/webSession.ts',
  raceMember: 'test/races/member.ts',
} as const;

/** A file that Node runs as it is. What it would read beside its own source is not beside it. */
export const programFile = (name: keyof typeof programs): string =>
  fileURLToPath(new URL(`${name}.js`, folder));

/** For Vitest, which runs it once before all tests. */
export async function setup(): Promise<void> {
  const entries = Object.entries(programs).map(([name, entry]) => [
    name,
    fileURLToPath(new URL(entry, root)),
  ]);
  await build({
    entryPoints: Object.fromEntries(entries),
    outdir: fileURLToPath(folder),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
}
