// The guides in docs/guides: their code, and which of it runs as it is.
import { readdir, readFile } from 'node:fs/promises';
import { type Example, examplesIn } from './examples.ts';

/** The first line of a block that is run, by readers and by a test. */
export const RUNS = '// Runs as it is. The playground: npm run playground, in a clone of the repository';

const folder = new URL('../../docs/guides/', import.meta.url);

/** A guide. */
export interface Guide {
  /** `xstate.md` */
  readonly name: string;
  readonly text: string;
  readonly runnable: readonly Example[];
}

/** Guides whose code tests of their own run: what they show is no program of Node, or it is a command. */
export const runElsewhere: Readonly<Record<string, string>> = {
  'react.md': 'test/browser/react/guide.test.ts',
  'proxy.md': 'test/docs/proxyGuide.test.ts',
  'command-line.md': 'test/docs/commandLines.test.ts',
  'browser.md': 'test/browser/login.test.ts',
  'inspect.md': 'test/adapters/inspect.test.ts',
  'network.md': 'test/adapters/nodeFetch.test.ts',
  'observability.md': 'test/adapters/otel.test.ts',
  'testing.md': 'test/docs/testing.test.ts',
};

/** All guides, by name. */
export async function readGuides(): Promise<readonly Guide[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
  return Promise.all(names.map(async (name) => guideOf(name, await readFile(new URL(name, folder), 'utf8'))));
}

/** One guide. */
export function guideOf(name: string, text: string): Guide {
  const examples = examplesIn({ path: `docs/guides/${name}`, text });
  return { name, text, runnable: examples.filter(({ code }) => code.startsWith(`${RUNS}\n`)) };
}

/** Lines of code: no blank lines, no comments. */
export const linesOfCode = (code: string): number =>
  code.split('\n').filter((line) => !/^\s*(?:\/\/.*)?$/.test(line)).length;
