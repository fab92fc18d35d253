// What `doctor` finds on this machine: Node, the browser, the keychain, proxies and certificate authorities.
import { X509Certificate } from 'node:crypto';
import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { hasDisplay } from '../../actors/userAgents/openBrowser.ts';
import { AuthError } from '../../contract/errors.ts';
import { type HttpProxy, proxiesOf } from '../../protocol/proxies.ts';
import { shown } from '../../protocol/text.ts';
import { KeychainFailure, systemKeychain } from '../../stores/systemKeychain.ts';
import { about, type Finding } from './finding.ts';

const { env, platform, version } = process;

/** Looks at everything. @param caFile what `--ca` names. */
export async function systemFindings(caFile: string | undefined): Promise<readonly Finding[]> {
  const authorities = [
    ...(caFile === undefined ? [] : [authority('--ca', caFile)]),
    ...(env['NODE_EXTRA_CA_CERTS'] ? [authority('NODE_EXTRA_CA_CERTS', env['NODE_EXTRA_CA_CERTS'])] : []),
  ];
  return [node(), terminal(), ...(await Promise.all([browser(), keychain(), ...authorities])), proxies()];
}

/** The oldest Node that the package works with: `engines` of package.json. */
const OLDEST = [20, 19] as const;

function node(): Finding {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  const isNew = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  if (isNew) return about('Node').good(version);
  return about('Node').bad(`${version} is too old`, `install Node ${OLDEST.join('.')} or newer`);
}

function terminal(): Finding {
  const { good, note } = about('Terminal');
  if (process.stdin.isTTY || process.stderr.isTTY) return good('here, so you can be asked to log in');
  return note(
    'none, so nobody is asked to log in (exit code 3)',
    'give --login, if a person sees the output',
  );
}

async function browser(): Promise<Finding> {
  const { good, note } = about('Browser');
  const todo = 'log in with --paste or --device';
  if (env['SSH_CONNECTION']) return note('is not opened over SSH', todo);
  if (!hasDisplay(platform, env))
    return note('cannot be opened: there is no display (DISPLAY, WAYLAND_DISPLAY)', todo);
  if (platform === 'win32' || platform === 'darwin' || (await isInPath('xdg-open')))
    return good('can be opened');
  return note('cannot be opened: there is no xdg-open', `install xdg-utils, or ${todo}`);
}

async function isInPath(program: string): Promise<boolean> {
  const places = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = places.map((folder) => access(join(folder, program), constants.X_OK));
  return Promise.any(found).then(
    () => true,
    () => false,
  );
}

/** Milliseconds for the keychain: a locked one waits for a person. */
const KEYCHAIN_PATIENCE = 3_000;

/** Asks for an entry that nobody makes. The command itself keeps logins in files; programs may use the keychain. */
async function keychain(): Promise<Finding> {
  const { good, note } = about('Keychain');
  try {
    await systemKeychain({ service: 'authchart', timeout: KEYCHAIN_PATIENCE }).get('doctor');
    return good('answers (authchart itself keeps logins in files)');
  } catch (thrown) {
    const why =
      thrown instanceof KeychainFailure ? thrown.message.replace(/^.*reach: |\.$/g, '') : 'it failed';
    return note(`${why.replaceAll('`', '')}; only programs that use keychainStore need it`);
  }
}

function proxies(): Finding {
  const { good, bad } = about('Proxies');
  try {
    const { http, https, noProxy } = proxiesOf(env);
    if (!http && !https) return good('none');
    const except = noProxy === '' ? '' : `, but for ${shown(noProxy, 500)}`;
    return good(`https goes ${through(https)}, http ${through(http)}${except}`);
  } catch (thrown) {
    return bad(thrown instanceof AuthError ? thrown.message : 'cannot be read', 'correct the variable');
  }
}

/** Without its password. */
const through = (proxy: HttpProxy | undefined): string =>
  proxy ? `through ${shown(proxy.host)}` : 'straight';

async function authority(name: string, file: string): Promise<Finding> {
  const { good, bad } = about('Authorities');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return bad(`${name}: ${shown(file)} cannot be read`, 'name a PEM file');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    const over = blocks.filter((block) => Date.parse(new X509Certificate(block).validTo) < Date.now());
    if (blocks.length === 0)
      return bad(`${name}: ${shown(file)} has no certificate in it`, 'name a PEM file');
    // In a list of all authorities some have always expired.
    if (over.length === blocks.length)
      return bad(`${name}: what is in ${shown(file)} has expired`, 'renew it');
    return good(`${name}: ${blocks.length} in ${shown(file)}`);
  } catch {
    return bad(`${name}: ${shown(file)} has a certificate in it that is none`, 'name a PEM file');
  }
}
