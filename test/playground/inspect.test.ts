// `npm run inspect` as a person starts it: it prints an address, serves the page there, and ends with Ctrl-C.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';

function start(...options: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'playground/inspect.ts', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, ended: once(child, 'exit') };
}

describe('npm run inspect', () => {
  test('A22: prints one address of loopback, serves the page there, and ends with Ctrl-C', async () => {
    const { child, ended } = start('--pace', '0');
    const addresses: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const [address] = /http:\S+/.exec(line) ?? [];
      if (address === undefined) continue;
      addresses.push(address);
      const { origin, hash, hostname } = new URL(address);
      expect(hostname).toBe('127.0.0.1');
      expect(await (await fetch(origin)).text()).toContain('<title>authchart live</title>');
      expect((await fetch(`${origin}/facts`)).status).toBe(401);
      const headers = { authorization: `Bearer ${hash.slice(1)}` };
      const facts = await fetch(`${origin}/facts`, { headers });
      expect(facts.status).toBe(200);
      // A page is connected when it ends.
      child.kill('SIGINT');
      await facts.text();
    }
    expect(addresses).toHaveLength(1);
    expect(await ended).toEqual([130, null]);
  });

  test('P07: a wrong option is reported, and nothing is started', async () => {
    const { child, ended } = start('--pace', 'fast');
    let printed = '';
    for await (const chunk of child.stderr) printed += String(chunk);
    expect(printed).toMatch(/^fast is not a number/);
    expect(await ended).toEqual([2, null]);
  });
});
