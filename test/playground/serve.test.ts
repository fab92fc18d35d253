// `npm run playground` as a person starts it: a resource that answers, and a clean end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';

function start(...options: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'playground/serve.ts', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, ended: once(child, 'exit') };
}

async function toldBy(...options: readonly string[]): Promise<readonly [string, unknown]> {
  const { child, ended } = start(...options);
  let told = '';
  for await (const chunk of child.stderr) told += String(chunk);
  return [told, await ended];
}

describe('npm run playground', () => {
  test('prints the resource, which challenges, and ends with Ctrl-C', async () => {
    const { child, ended } = start('--port', '0');
    let resource = '';
    for await (const line of createInterface({ input: child.stdout })) {
      const [, found] = /^ {2}resource {2}(\S+)$/.exec(line) ?? [];
      if (found === undefined) continue;
      resource = found;
      const { status, headers } = await fetch(resource, { method: 'POST' });
      expect([status, headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Bearer')]);
      child.kill('SIGINT');
    }
    expect(resource).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    expect(await ended).toEqual([130, null]);
  });

  test.each([['x'], ['65536']])('P07: %s is no port, and nothing is started', async (port) => {
    const [told, ended] = await toldBy(`--port=${port}`);
    expect(told).toMatch(new RegExp(`^${port} is not a port`));
    expect(ended).toEqual([2, null]);
  });

  test('A23: a port that is taken is told, and nothing is left open', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const [told, ended] = await toldBy(`--port=${port}`);
    expect(told).toMatch(/^The port is taken/);
    expect(ended).toEqual([2, null]);
  });
});
