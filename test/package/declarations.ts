// `npm run check:declarations`: the declarations of the packed package, as strict projects see them that check libraries, too:
// with TypeScript 5.9 and 7, resolved as by Node and as by bundlers, with the types of Node, of browsers, and of nothing.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../../package.json' with { type: 'json' };
import { entryPoints, newHome, removeHome } from './home.ts';
import { run } from './npm.ts';
import { installed } from './tools.ts';

/** What a project declares of its platform. */
interface World {
  readonly lib: readonly string[];
  readonly types: readonly string[];
  /** The entry points that can run there. */
  readonly entries: readonly string[];
  /** What it may do beyond `anywhere`. */
  readonly use: string;
  /** What is wrong in the declarations of other packages there: each of these has to be found, and nothing else. */
  readonly faultsOfOthers: readonly RegExp[];
}

/** xstate 5.33 does not compile where optional members are exact. */
const exactness = /^node_modules\/xstate\/.+\/setup\.d\.ts\(.+ TS2344: /;
/** xstate 5.33 names what it does not bring. */
const signals = /^node_modules\/xstate\/.+ Cannot find name 'AbortSignal'/;
/** @statelyai/inspect 0.7 is written for browsers. */
const windows = /^node_modules\/@statelyai\/inspect\/.+ Cannot find name '(?:Window|HTMLIFrameElement)'/;

const inNode: readonly string[] = ['authchart/node', 'authchart/stores/keychain'];
const inBrowsers: readonly string[] = ['authchart/browser'];
const without = (...lists: readonly (readonly string[])[]): readonly string[] =>
  entryPoints.filter((name) => !lists.flat().includes(name));

const usesFetch = `
export const status: Promise<number> = session.fetch('https://a.example/mcp', { method: 'POST' }).then((one) => one.status);
export const other = createAuthEngine({ client: { name: 'A' }, fetch: (url, init) => fetch(url, init) });
export const stopped = session.login({ signal: AbortSignal.timeout(1000) });
export const done = engine.complete(new URL('https://a.example/callback'), { subject: 'a' });
`;

const worlds: Readonly<Record<string, World>> = {
  'no platform': {
    lib: ['ES2023'],
    types: [],
    entries: ['authchart', 'authchart/stores/postgres', 'authchart/stores/redis'],
    use: '',
    faultsOfOthers: [exactness, signals],
  },
  Node: {
    lib: ['ES2023'],
    types: ['node'],
    entries: without(inBrowsers),
    use: usesFetch,
    faultsOfOthers: [exactness, windows],
  },
  browsers: {
    lib: ['ES2023', 'DOM'],
    types: [],
    entries: without(inNode),
    use: usesFetch,
    faultsOfOthers: [exactness],
  },
};

/** A program for any of them. Where a declaration were only `any`, an expected error would be missing, which is an error. */
const anywhere = `
import { createAuthEngine, hostUserAgent, memoryStore, type Session } from 'authchart';
const userAgent = hostUserAgent({ redirectUri: 'https://a.example/callback', present: ({ url }) => void url.length });
const engine = createAuthEngine({ client: { name: 'A' }, store: memoryStore(), userAgent });
const session: Session = engine.session({ resource: 'https://a.example/mcp', subject: 'a' });
export const token: Promise<string> = session.token();
// @ts-expect-error This option does not exist.
createAuthEngine({ client: { name: 'A' }, userAgents: userAgent });
// @ts-expect-error Scopes are a list.
session.login({ scopes: 'a' });
// @ts-expect-error A number is no address.
session.fetch(7);
`;

const compilers = ['5.9', '7'] as const;
const resolutions = { nodenext: 'nodenext', esnext: 'bundler' } as const;

const compilerOptions = {
  noEmit: true,
  target: 'ES2023',
  strict: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
};

/** What a user has beside it: every optional peer, and the types of Node. */
function surroundings(): readonly string[] {
  const versions: Readonly<Record<string, string>> = manifest.devDependencies;
  const peers = Object.keys(manifest.peerDependencies).filter((name) => name !== 'xstate');
  return [...peers, '@types/node'].map((name) => `${name}@${versions[name]}`);
}

async function layOut(folder: string, { lib, types, entries, use }: World): Promise<void> {
  await mkdir(folder);
  const put = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
  await put('use.ts', anywhere + use);
  for (const [at, entry] of entries.entries()) {
    await put(`entry-${at}.ts`, `import * as all from '${entry}';\nexport const used = all;\n`);
    // CommonJS: Node can require what is written in ES modules, from 20.19 on.
    await put(`required-${at}.cts`, `import all = require('${entry}');\nexport = all;\n`);
  }
  for (const [module, moduleResolution] of Object.entries(resolutions)) {
    const options = { ...compilerOptions, lib, types, module, moduleResolution };
    const include = module === 'nodenext' ? ['*.ts', '*.cts'] : ['*.ts'];
    await put(`${module}.json`, JSON.stringify({ compilerOptions: options, include }));
  }
}

/** @returns what is wrong, a sentence each. */
async function faultsOf(
  home: string,
  compiler: string,
  folder: string,
  module: string,
  { faultsOfOthers }: World,
): Promise<readonly string[]> {
  const args = [compiler, '-p', join(folder, `${module}.json`), '--pretty', 'false'];
  const { code, printed } = await run(process.execPath, args, { cwd: home });
  const said = printed.split('\n').filter((line) => /^\S/.test(line));
  const gone = faultsOfOthers.filter((fault) => !said.some((line) => fault.test(line)));
  const unknown = said.filter((line) => !faultsOfOthers.some((fault) => fault.test(line)));
  const silent = code !== 0 && said.length === 0 ? [`the compiler ended with ${code}`] : [];
  return [
    ...unknown,
    ...gone.map((fault) => `is not found any more, so take it off the list: ${fault}`),
    ...silent,
  ];
}

async function main(): Promise<void> {
  const compilerOf = {
    '5.9': join(await installed('typescript-5.9', console.log), 'typescript/bin/tsc'),
    '7': fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url)),
  };
  const home = await newHome(surroundings());
  let [right, all] = [0, 0];
  try {
    for (const [at, [name, world]] of Object.entries(worlds).entries()) {
      const folder = `world-${at}`;
      await layOut(join(home, folder), world);
      for (const version of compilers) {
        const checked = Object.entries(resolutions).map(async ([module, resolution]) => {
          const faults = await faultsOf(home, compilerOf[version], folder, module, world);
          all += 1;
          if (faults.length === 0) right += 1;
          const verdict = faults.length === 0 ? 'right' : 'WRONG';
          console.log(
            `${verdict}  TypeScript ${version}, types of ${name}, ${resolution}: ${world.entries.length} entry points`,
          );
          for (const fault of faults.slice(0, 20)) console.log(`       ${fault}`);
        });
        await Promise.all(checked);
      }
    }
  } finally {
    await removeHome(home);
  }
  console.log(`declarations ${right}/${all}`);
  if (right < all) process.exitCode = 1;
}

await main();
