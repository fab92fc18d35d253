// The two JSON documents of mcp-remote about its client: as an argument, or in a file.
import { readFile } from 'node:fs/promises';
import { own, readObject } from '../../protocol/json.ts';
import { shown } from '../../protocol/text.ts';
import { misused, systemCode } from '../failures.ts';
import { withVariables } from './hostVariables.ts';

/** The texts in a document, by name. */
export type Texts = Readonly<Record<string, string>>;

/**
 * Reads a document, and keeps its members that are texts.
 * @param flag The flag that it belongs to, for messages: they quote nothing of it.
 * @throws AuthError `config_invalid` when it cannot be read, or is no JSON object.
 */
export async function readDocument(
  flag: string,
  argument: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly texts: Texts; readonly others: readonly string[] }> {
  const isFile = argument.startsWith('@');
  const json = isFile ? await textOf(flag, argument.slice(1)) : argument;
  const object =
    readObject(json) ?? misused(`${flag} is not a JSON object. Give one, or a file as in "@client.json".`);
  const entries = Object.keys(object).map((name) => [name, own(object, name)] as const);
  const texts = entries.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string');
  return {
    texts: Object.fromEntries(
      texts.map(([name, text]) => [name, isFile ? text : withVariables(text, flag, env)]),
    ),
    others: entries.filter(([, value]) => typeof value !== 'string').map(([name]) => name),
  };
}

async function textOf(flag: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    const code = systemCode(thrown) ?? 'for an unknown reason';
    return misused(`The file ${shown(file, 500)} of ${flag} cannot be read (${code}).`);
  }
}
