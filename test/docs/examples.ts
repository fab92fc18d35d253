// The examples of the documentation: code blocks of pages, and what follows `@example` in docstrings.
import { readSources, type SourceFile } from '../requirements/citations.ts';
import { commentsOf } from '../requirements/tokens.ts';

/** One piece of code that a reader may copy. */
export interface Example {
  /** Path and line of its first line of code: `README.md:31`. */
  readonly where: string;
  readonly code: string;
  readonly extension: 'ts' | 'tsx';
}

/** Code in a text, and the line where it begins, from 0. */
type Piece = Omit<Example, 'where'> & { readonly line: number };

const fence = /^```(tsx?)\n([\s\S]*?)^```$/gm;
/** Up to the next tag; of several examples each is one. */
const tagged = /^@example\b[^\n]*\n([\s\S]*?)(?=^@|$(?![\s\S]))/gm;

/** Examples of every source that is not a test, and of every page. */
export async function readExamples(): Promise<readonly Example[]> {
  return (await readSources()).filter(({ path }) => !path.startsWith('test/')).flatMap(examplesIn);
}

/** @returns the examples of one file, in order. */
export function examplesIn({ path, text }: SourceFile): readonly Example[] {
  const pieces = path.endsWith('.md') ? blocksIn(text) : docstringsIn(text).flatMap(ofDocstring);
  return pieces.map(({ line, ...piece }) => ({ where: `${path}:${line + 1}`, ...piece }));
}

/** Docstrings without their marks, each behind as many lines as are before it. */
function docstringsIn(text: string): readonly string[] {
  let from = 0;
  return commentsOf(text).flatMap((comment) => {
    const start = text.indexOf(comment, from);
    from = start + comment.length;
    if (!comment.startsWith('/**')) return [];
    return ['\n'.repeat(linesBefore(text, start)) + comment.slice(3, -2).replace(/^[ \t]*\* ?|^ /gm, '')];
  });
}

/** In a fence, or as it is. */
function ofDocstring(docstring: string): readonly Piece[] {
  return [...docstring.matchAll(tagged)].flatMap(({ 0: all, 1: code = '', index }) => {
    const start = index + all.length - code.length;
    const line = linesBefore(docstring, start);
    const blocks = blocksIn(code).map((block) => ({ ...block, line: line + block.line }));
    return blocks.length > 0 ? blocks : [{ line, code, extension: 'ts' as const }];
  });
}

function blocksIn(text: string): readonly Piece[] {
  return [...text.matchAll(fence)].map(({ 1: language, 2: code = '', index }) => ({
    line: linesBefore(text, index) + 1,
    code,
    extension: language === 'tsx' ? 'tsx' : 'ts',
  }));
}

const linesBefore = (text: string, offset: number): number => text.slice(0, offset).split('\n').length - 1;
