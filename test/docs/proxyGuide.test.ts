// The guide of the proxy: each configuration parses and is accepted by our parser, and each flag of mcp-remote has its row.
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { addProxy } from '../../cli/commands/proxy.ts';
import { meaningOf, type ProxyFlags } from '../../cli/proxy/mcpRemoteFlags.ts';

const guide = readFileSync(new URL('../../docs/guides/proxy.md', import.meta.url), 'utf8');

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const blocks = [...guide.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

/** The programs of a configuration, wherever they stand in it. */
function programsIn(value: unknown): readonly Program[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('command' in value && 'args' in value) return [value as Program];
  return Object.values(value).flatMap(programsIn);
}

/** The arguments of our command as the parser reads them. */
async function read(args: readonly string[]) {
  const program = new Command().exitOverride();
  addProxy(program, async () => {});
  const [command] = program.commands;
  if (!command) throw new Error('There is no command.');
  command.exitOverride();
  await program.parseAsync(['proxy', ...args], { from: 'user' });
  const [url = '', port] = command.processedArgs as [string?, number?];
  return { url, port, flags: command.opts<ProxyFlags>() };
}

describe('the configurations', () => {
  test('there are some', () => {
    expect(blocks.length).toBeGreaterThan(5);
  });

  test.each(blocks.map((block, at) => [at + 1, block] as const))(
    'number %i is accepted',
    async (_, block) => {
      const [program, ...others] = programsIn(JSON.parse(block));
      expect(others).toEqual([]);
      const { args = [], env = {} } = program ?? {};
      const at = args.indexOf('authchart');
      expect(args.slice(at - 1, at + 2)).toEqual(['-y', 'authchart', 'proxy']);
      const { url, port, flags } = await read(args.slice(at + 2));
      const { remarks } = await meaningOf(flags, { url, port, env });
      expect(url).toBe('https://mcp.example.com/mcp');
      expect(remarks).toEqual([]);
    },
  );

  test('an argument that is wrong is not accepted', async () => {
    await expect(read(['https://mcp.example.com/mcp', '--alow-http'])).rejects.toThrow(
      "unknown option '--alow-http'",
    );
  });
});

/** The flags in the documentation of mcp-remote 0.1.38. */
const theirs = [
  '--header',
  '--transport',
  '--host',
  '--allow-http',
  '--resource',
  '--disable-resource-parameter',
  '--static-oauth-client-info',
  '--static-oauth-client-metadata',
  '--auth-timeout',
  '--ignore-tool',
  '--debug',
  '--silent',
  '--enable-proxy',
];

test.each(theirs)('%s of mcp-remote has a row, and is a flag', (flag) => {
  expect(guide).toMatch(new RegExp(`^\\| .*\`${flag}\\b.* \\| \\S`, 'm'));
  const program = new Command();
  addProxy(program, async () => {});
  expect(program.commands[0]?.options.some(({ long }) => long === flag)).toBe(true);
});
