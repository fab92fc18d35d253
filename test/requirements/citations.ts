// Every place of the repository that cites an id: comments, docstrings, titles of tests, `spec` lists, pages in Markdown.
import { readdir, readFile } from 'node:fs/promises';
import { idsIn, known, malformedIn } from './ids.ts';
import { testsIn } from './titles.ts';
import { commentsOf, type Token, tokensOf } from './tokens.ts';

/** A file of the repository, by its path from the top, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const root = new URL('../../', import.meta.url);
/** What is installed, built, reported or drawn. */
const skippedFolders: ReadonlySet<string> = new Set(['node_modules', 'dist', 'reports', 'generated']);
/** They are made of the registers. */
const tables: ReadonlySet<string> = new Set(['docs/requirements.md', 'docs/threats.md']);

/** Examples of wrong ids stand in the tests of the registers. */
const examples = /^test\/requirements\/.+\.test\.ts$/;

/** All sources and pages but those of the registers themselves, in the order of their paths. */
export async function readSources(): Promise<readonly SourceFile[]> {
  const paths = (await pathsIn('')).filter(
    (path) => /\.(ts|tsx|mjs|md)$/.test(path) && !tables.has(path) && !examples.test(path),
  );
  return Promise.all(
    paths.sort().map(async (path) => ({ path, text: await readFile(new URL(path, root), 'utf8') })),
  );
}

async function pathsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(new URL(folder, root), { withFileTypes: true });
  const paths = entries.map(async (entry) => {
    const path = folder + entry.name;
    if (entry.isFile()) return [path];
    const isSkipped = !entry.isDirectory() || entry.name.startsWith('.') || skippedFolders.has(entry.name);
    return isSkipped ? [] : pathsIn(`${path}/`);
  });
  return (await Promise.all(paths)).flat();
}

/** @returns the ids that a file cites, each once; of code that is what its comments, titles and `spec` lists say. */
export function citedIn(file: SourceFile): readonly string[] {
  const titled = file.path.endsWith('.test.ts') ? testsIn(file.text).flatMap(({ ids }) => ids) : [];
  return [...new Set([...textsThatCite(file).flatMap(idsIn), ...titled])];
}

/** @returns what is wrong with the citations of a file: ids that no register knows, and broken ones. */
export function faultsIn(file: SourceFile): readonly string[] {
  const unknown = citedIn(file).filter((id) => !known.has(id));
  const malformed = textsThatCite(file).flatMap(malformedIn);
  return [
    ...unknown.map((id) => `${file.path}: no register knows ${id}`),
    ...[...new Set(malformed)].map((id) => `${file.path}: ${id} has not the form of an id`),
  ];
}

function textsThatCite({ path, text }: SourceFile): readonly string[] {
  if (path.endsWith('.md')) return [text];
  const titles = path.endsWith('.test.ts') ? testsIn(text).map(({ title }) => title) : [];
  return [...commentsOf(text), ...specsOf(tokensOf(text)), ...titles];
}

/** The texts of lists called `spec`: what a state, a transition or a table says that it serves. */
function specsOf(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap((token, at) => {
    const isList = token.value === 'spec' && tokens[at + 1]?.value === ':' && tokens[at + 2]?.value === '[';
    if (!isList) return [];
    const items = tokens.slice(at + 3);
    return items
      .slice(
        0,
        items.findIndex(({ kind, value }) => kind === 'mark' && value === ']'),
      )
      .flatMap(({ kind, value }) => (kind === 'text' ? value : []));
  });
}
