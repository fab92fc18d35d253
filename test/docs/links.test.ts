// Links and pictures of the pages: what they name in this repository is there, with the heading that they name; and the picture of
// the README is an absolute address, because the page of the package in the registry shows no relative SVG.
import { access, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { readSources, type SourceFile } from '../requirements/citations.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const home = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
/** Where files of this repository are on the web, each followed by the name of a branch. */
const ownPlaces = [
  home.replace('https://github.com/', 'https://raw.githubusercontent.com/'),
  `${home}/blob`,
  `${home}/tree`,
];

const read = async (path: string): Promise<SourceFile> => ({
  path,
  text: await readFile(join(root, path), 'utf8'),
});
const pages = [
  ...(await readSources()).filter(({ path }) => path.endsWith('.md')),
  ...(await Promise.all(['docs/requirements.md', 'docs/threats.md'].map(read))),
];

/** A link or a picture, as it is written. */
interface Link {
  readonly target: string;
  readonly isPicture: boolean;
}

/** Links of a page, outside of its code. */
function linksIn(text: string): readonly Link[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  const pictures = [...prose.matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)].map(({ 1: target = '' }) => target);
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(({ 1: target = '' }) => ({
    target,
    isPicture: pictures.includes(target),
  }));
}

/** The path in this repository that a link of a page goes to; none for what is elsewhere. */
function pathOf(page: string, target: string): string | undefined {
  const [address = ''] = target.split('#');
  const own = ownPlaces.find((place) => address.startsWith(`${place}/`));
  if (own !== undefined) return address.slice(own.length).replace(/^\/[^/]+\//, '');
  if (/^[a-z][a-z+.-]*:/.test(address)) return undefined;
  return address === '' ? page : normalize(join(dirname(page), address)).replaceAll('\\', '/');
}

/** The names that headings get: small letters, hyphens for blanks, and no other marks. */
const anchorsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(({ 1: heading = '' }) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** @returns what is wrong with a link; nothing for a good one. */
async function faultOf(page: string, { target, isPicture }: Link): Promise<string | undefined> {
  const path = pathOf(page, target);
  if (path === undefined)
    return target.startsWith('https://') ? undefined : `${page}: not by https: ${target}`;
  if (path.startsWith('..')) return `${page}: out of the repository: ${target}`;
  if (isPicture && page === 'README.md' && !target.startsWith('https://'))
    return `${page}: a picture that the registry cannot show: ${target}`;
  const exists = await access(join(root, path)).then(
    () => true,
    () => false,
  );
  if (!exists) return `${page}: nothing is at ${target}`;
  const [, anchor] = target.split('#');
  if (anchor === undefined || !path.endsWith('.md')) return undefined;
  return anchorsIn((await read(path)).text).includes(anchor)
    ? undefined
    : `${page}: no heading for ${target}`;
}

async function faultsIn({ path, text }: SourceFile): Promise<readonly (string | undefined)[]> {
  const faults = await Promise.all(linksIn(text).map((link) => faultOf(path, link)));
  return faults.filter((fault) => fault !== undefined);
}

describe('the links of the pages', () => {
  it('are found', () => {
    const targets = pages.flatMap(({ text }) => linksIn(text));
    expect(pages.map(({ path }) => path)).toContain('README.md');
    expect(targets.length).toBeGreaterThan(100);
    expect(targets.filter(({ isPicture }) => isPicture).length).toBeGreaterThan(0);
  });

  it('lead to what is there', async () => {
    expect((await Promise.all(pages.map(faultsIn))).flat()).toEqual([]);
  });

  it.each([
    ['a file that is not there', '[a](docs/nothing.md)', 'nothing is at docs/nothing.md'],
    ['a heading that is not there', '[a](README.md#nowhere)', 'no heading for README.md#nowhere'],
    ['another repository’s folder', '[a](../other.md)', 'out of the repository: ../other.md'],
    ['an address that is not https', '[a](http://a.example)', 'not by https: http://a.example'],
    ['a relative picture', '![a](LICENSE)', 'a picture that the registry cannot show: LICENSE'],
    ['a picture on the web that is not ours any more', `![a](${ownPlaces[0]}/HEAD/no.svg)`, 'nothing is at'],
  ])('would not pass with %s', async (_what, text, fault) => {
    expect(await faultsIn({ path: 'README.md', text })).toEqual([expect.stringContaining(fault)]);
  });

  it.each([
    ['a file', '[a](LICENSE)'],
    ['a heading of the page', '[a](#license)'],
    ['a heading of another page', '[a](docs/decisions.md#libraries)'],
    ['a file on the web', `[a](${home}/blob/HEAD/LICENSE)`],
    ['code', '```\n[a](nothing)\n```\n`[a](nothing)`'],
  ])('pass with %s', async (_what, text) => {
    expect(await faultsIn({ path: 'README.md', text })).toEqual([]);
  });
});
