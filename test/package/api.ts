// `npm run docs:api`: the API reference, by typedoc, in docs/api/. Whatever public signatures name has to be public itself, and
// every link in a docstring has to lead somewhere: a warning of typedoc is a failure.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { run } from './npm.ts';
import { installed } from './tools.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const out = join(root, 'docs/api');

/** Names of the platform, as far as a project declares them; and a table whose keys are public as `FailureCode`. */
const notExported = [
  ...['AbortSignal', 'Request', 'RequestInit', 'Response', 'URL'].map(
    (name) => `contract/platform.ts:${name}`,
  ),
  'contract/errors.ts:failureCodes',
];

/** The sources of the entry points, as `exports` of package.json names what is built of them. */
const entries = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'string' ? [] : [target.types.replace('./dist/', '').replace(/\.d\.ts$/, '.ts')],
);

const args = [
  ...entries.flatMap((entry) => ['--entryPoints', entry]),
  ...notExported.flatMap((name) => ['--intentionallyNotExported', name]),
  ...['--tsconfig', 'tsconfig.build.json', '--out', out, '--readme', 'none', '--name', manifest.name],
  ...['--treatWarningsAsErrors', '--treatValidationWarningsAsErrors', '--excludePrivate'],
  // The files say where they are, and not at which commit, so that they are the same for the same sources.
  ...['--sourceLinkTemplate', `${manifest.homepage.split('#')[0]}/blob/v${manifest.version}/{path}#L{line}`],
  '--disableGit',
];

/** Builds it. @returns the exit code. */
async function main(): Promise<number> {
  const typedoc = join(await installed('typedoc', console.log), 'typedoc/bin/typedoc');
  const { code, printed } = await run(process.execPath, [typedoc, ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
  });
  const warnings = printed.split('\n').filter((line) => /\[(?:warning|error)\]/.test(line));
  if (code !== 0) {
    console.log(printed);
    console.log(`api: ${warnings.length} warnings`);
    return 1;
  }
  const names = await readdir(out, { recursive: true });
  const pages = names.filter((name) => name.endsWith('.html')).length;
  console.log(`api: ${entries.length} entry points, ${pages} pages in docs/api, ${warnings.length} warnings`);
  return warnings.length === 0 ? 0 : 1;
}

process.exitCode = await main();
