// What an installation brings along: few packages, each looked at, all locked, and none that runs code when it is installed.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import config from '../../rolldown.config.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

interface LockFile {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, Locked>>;
}

const read = <Of>(path: string): Of =>
  JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const manifest = read<Manifest>('package.json');
const { lockfileVersion, packages } = read<LockFile>('package-lock.json');
const installed = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '');

/** What a host installs with the package, and why: whoever adds a line has looked at what it brings along. */
const lookedAt: Readonly<Record<string, string>> = {
  'graceful-fs': 'comes with proper-lockfile',
  jose: 'keys of clients in PEM, and proofs',
  oauth4webapi: 'PKCE, authentication of clients, requests for grants; no dependencies',
  'proper-lockfile': 'locks between processes',
  retry: 'comes with proper-lockfile',
  'signal-exit': 'comes with proper-lockfile',
  tldts: 'comes with tough-cookie',
  'tldts-core': 'comes with tough-cookie',
  'tough-cookie': 'cookies of the user agent for tests and machines',
  undici: 'proxies, and certificates of one’s own',
};

describe('the packages that a host installs', () => {
  it('P09: are these few, which somebody has looked at', () => {
    const brought = installed.filter(([, { dev, devOptional }]) => !dev && !devOptional);
    expect(brought.map(([path]) => nameOf(path)).sort()).toEqual(Object.keys(lookedAt));
    expect(Object.keys(manifest.dependencies).every((name) => Object.hasOwn(lookedAt, name))).toBe(true);
  });

  it('P09: run no code when they are installed', () => {
    const brought = installed.filter(([, { dev }]) => !dev);
    expect(brought.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });

  it('P09: are the host’s own choice beyond these, but for one peer', () => {
    const needed = Object.keys(manifest.peerDependencies).filter(
      (name) => manifest.peerDependenciesMeta[name]?.optional !== true,
    );
    expect(needed).toEqual(['xstate']);
  });

  it('P09: are bundled from packages that are locked as well', () => {
    const { external } = config as { readonly external: (id: string) => boolean };
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies };
    const inside = Object.keys(all).filter((name) => !external(name));
    expect(inside.sort()).toEqual([
      '@modelcontextprotocol/client',
      'commander',
      'http-cache-semantics',
      'ipaddr.js',
      'ky',
      'zod',
    ]);
    for (const name of inside) expect(packages[`node_modules/${name}`]?.integrity).toMatch(/^sha512-/);
  });
});

describe('the lock file', () => {
  it('P09: holds the version and the hash of every package, so that no other content is installed', () => {
    expect(lockfileVersion).toBe(3);
    expect(installed.length).toBeGreaterThan(Object.keys(manifest.devDependencies).length);
    expect(installed.filter(([, { link }]) => link)).toEqual([]);
    const loose = installed.filter(([, one]) => !/^sha512-[\w+/]+=*$/.test(one.integrity ?? ''));
    expect(loose.map(([path]) => path)).toEqual([]);
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(packages[`node_modules/${name}`]?.version, name).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('P09: is what the gate installs from', () => {
    const gate = readFileSync(new URL('../../.ci/run', import.meta.url), 'utf8');
    expect(gate).toMatch(/^npm ci\b/m);
    expect(gate).not.toMatch(/\bnpm (?:i|install|update)\b/);
  });
});

describe('the tools that are installed on first use', () => {
  const tools = readdirSync(new URL('../package/tools/', import.meta.url));

  it.each(tools)('%s is locked by versions and hashes, and says no place to get them from', (tool) => {
    const folder = `test/package/tools/${tool}`;
    const { dependencies = {}, optionalDependencies = {} } = read<
      Partial<Record<string, Record<string, string>>>
    >(`${folder}/package.json`);
    const wanted = Object.values({ ...dependencies, ...optionalDependencies });
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((version) => !/^(?:npm:.+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    const lock = read<LockFile>(`${folder}/package-lock.json`);
    const locked = Object.entries(lock.packages).filter(([path]) => path !== '');
    expect(locked.length).toBeGreaterThanOrEqual(wanted.length);
    for (const [path, one] of locked) expect(one.integrity, path).toMatch(/^sha512-[\w+/]+=*$/);
    expect(JSON.stringify(lock)).not.toContain('"resolved"');
  });
});

describe('the workflows of a public host', () => {
  const folder = new URL('../../.github/workflows/', import.meta.url);
  const workflows = readdirSync(folder).map(
    (name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const,
  );

  it.each(workflows)('%s: names actions by commit, with their version, and has few rights', (_name, text) => {
    const used = text.split('\n').filter((line) => /^\s*(?:- )?uses:/.test(line));
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual(
      [],
    );
    expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
    expect(text.match(/: write$/gm) ?? []).toEqual(text.includes('npm publish') ? [': write'] : []);
    expect(text).not.toMatch(/secrets\.|pull_request_target/);
  });

  it('publish what was packed, where nothing else is installed', () => {
    const [, publishing = ''] =
      workflows.find(([name]) => name === 'release.yml')?.[1].split('\n  publish:\n') ?? [];
    expect(publishing).toMatch(/npm publish .+ --provenance/);
    expect(publishing).not.toMatch(/npm (?:ci|i|install)\b/);
  });
});
