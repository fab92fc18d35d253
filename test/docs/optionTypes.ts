// The options of a type, read from its source: names, types, and what their docstrings say.
import { readFile } from 'node:fs/promises';
import { parseAst } from 'vitest/node';
import { readSources, type SourceFile } from '../requirements/citations.ts';

/** One option as its type declares it. */
export interface DocumentedOption {
  readonly name: string;
  /** As it is written. */
  readonly type: string;
  readonly isOptional: boolean;
  /** What its docstring says, in one line; '' when it has none. */
  readonly text: string;
}

interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

/** The types of a file, by name. */
export class OptionTypes {
  readonly #text: string;
  readonly #declarations = new Map<string, SyntaxNode>();

  /** @param path below the top of the repository. */
  static async in(path: string): Promise<OptionTypes> {
    return new OptionTypes(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'));
  }

  constructor(text: string) {
    this.#text = text;
    for (const statement of nodes(parseAst(text, { lang: 'ts' }).body)) {
      const declared = node(statement['declaration']) ?? statement;
      const name = node(declared['id'])?.['name'];
      if (typeof name === 'string') this.#declarations.set(name, declared);
    }
  }

  /**
   * @param path the name of a type, and of a member in it whose own members are meant: `ClientOptions.initialAccessTokens`;
   *   a member of a union by its kind: `GrantOptions[device]`.
   * @throws Error where there is none.
   */
  optionsOf(path: string): readonly DocumentedOption[] {
    const [first = '', ...rest] = path.split('.');
    const [, name = '', kind] = /^(\w+)(?:\[([\w-]+)\])?$/.exec(first) ?? [];
    const declared = this.#declarations.get(name);
    let found = kind === undefined ? declared : this.#ofKind(declared, kind);
    for (const member of rest) found = this.#memberOf(found, member);
    const members = found && membersIn(found);
    if (!members?.length) throw new Error(`No options of ${path} were found.`);
    return members.map((member) => this.#read(member));
  }

  /** The names of the types that this one extends. */
  parentsOf(name: string): readonly string[] {
    const parents = nodes(this.#declarations.get(name)?.['extends']);
    return parents.map((parent) => String(node(parent['expression'])?.['name']));
  }

  #ofKind(union: SyntaxNode | undefined, kind: string): SyntaxNode | undefined {
    const types = nodes(node(union?.['typeAnnotation'])?.['types']);
    return types.find((one) => this.#sliceOf(one).includes(`kind: '${kind}'`));
  }

  #memberOf(of: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
    const member = of && membersIn(of).find((one) => nameOf(one) === name);
    // Of an array its elements.
    return member && literalIn(node(member['typeAnnotation']));
  }

  #read(member: SyntaxNode): DocumentedOption {
    const annotation = node(node(member['typeAnnotation'])?.['typeAnnotation']);
    const name = nameOf(member);
    return {
      name,
      // Of a method: what stands behind its name.
      type:
        annotation?.type === 'TSTypeLiteral'
          ? 'object'
          : this.#sliceOf(annotation ?? member)
              .replace(new RegExp(`^${name}\\??(?=\\()`), '')
              .replace(/;$/, ''),
      isOptional: member['optional'] === true,
      text: docstringBefore(this.#text.slice(0, member.start)),
    };
  }

  #sliceOf({ start, end }: SyntaxNode): string {
    return this.#text
      .slice(start, end)
      .replace(/\/\*\*[\s\S]*?\*\//g, '')
      .replace(/\s+/g, ' ')
      .replace(/\breadonly /g, '');
  }
}

/** The names of the types that options are judged against anywhere in the sources: `Shape<…>`. */
export async function judgedTypes(files?: readonly SourceFile[]): Promise<readonly string[]> {
  const sources = (files ?? (await readSources())).filter(
    ({ path }) => !/^(test|bench|examples)\//.test(path),
  );
  const found = sources.flatMap(({ text }) => [...text.matchAll(/Shape: Shape<([A-Z]\w+)>/g)]);
  return [...new Set(found.map(([, name = '']) => name))].sort();
}

function docstringBefore(before: string): string {
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(before)?.[1] ?? '';
  return comment
    .replace(/^[ \t]*\* ?/gm, '')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim();
}

function membersIn(of: SyntaxNode): readonly SyntaxNode[] {
  const body = of['members'] ?? node(of['body'])?.['body'];
  return nodes(body).filter(({ type }) => type === 'TSPropertySignature' || type === 'TSMethodSignature');
}

/** The first type literal below: of an array, of its elements. */
function literalIn(value: unknown): SyntaxNode | undefined {
  if (Array.isArray(value)) return value.map(literalIn).find((one) => one !== undefined);
  const here = node(value);
  if (!here || here.type === 'TSTypeLiteral') return here;
  return Object.values(here)
    .map(literalIn)
    .find((one) => one !== undefined);
}

const nameOf = (member: SyntaxNode): string => String(node(member['key'])?.['name']);

function node(value: unknown): SyntaxNode | undefined {
  const isNode = typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
  return isNode ? (value as SyntaxNode) : undefined;
}

const nodes = (value: unknown): readonly SyntaxNode[] =>
  Array.isArray(value) ? value.flatMap((one) => node(one) ?? []) : [];
