// `nodeFetch` against real proxies and TLS servers on loopback: what goes through which proxy, and whom it trusts.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type NodeFetchOptions, nodeFetch } from '../../adapters/node.ts';
import { nodeFetchShape } from '../../adapters/proxying/nodeFetch.ts';
import { AuthError } from '../../index.ts';
import { newAuthority } from '../support/certificates.ts';
import { obstacle, useSecureSetting } from '../support/secureSetting.ts';

const textOf = async (sent: Promise<Response>): Promise<string> => (await sent).text();

describe('answers that are silent for long', () => {
  /** Says nothing for so many milliseconds, before its answer and in the middle of it. */
  async function slowServer(silence: number) {
    const server = createServer((_, response) => {
      const timer = setTimeout(() => {
        response.write('one ');
        setTimeout(() => response.end('two'), silence);
      }, silence);
      response.once('close', () => clearTimeout(timer));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.closeAllConnections());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  /** The same limit as Node's, and shorter: nobody waits for 5 minutes here. */
  const useShortLimit = (): void => {
    const before = getGlobalDispatcher();
    setGlobalDispatcher(new Agent({ headersTimeout: 500, bodyTimeout: 500 }));
    onTestFinished(() => setGlobalDispatcher(before));
  };

  test('C18: are given up by the limit of the platform where nothing else is said', async () => {
    useShortLimit();
    await expect(textOf(nodeFetch()(await slowServer(2_500)))).rejects.toThrow();
  });

  test('C18: come where there is no limit', async () => {
    useShortLimit();
    expect(await textOf(nodeFetch({ silence: 0 })(await slowServer(2_500)))).toBe('one two');
  });

  test('C18: are given up after the time that is given', async () => {
    const url = await slowServer(20_000);
    await expect(textOf(nodeFetch({ silence: 500 })(url))).rejects.toThrow();
  });
});

describe.skipIf(obstacle !== undefined)('requests', () => {
  const setting = useSecureSetting();
  const caFile = () => setting().authority.file;

  /** A server at a name that only the proxy knows, and one on loopback. */
  async function start() {
    const { authority } = setting();
    const named = await setting().server(authority.sign(['DNS:as.test', 'DNS:www.as.test']));
    const port = await setting().server(authority.sign(['IP:127.0.0.1']));
    const names = { 'as.test:443': named, 'www.as.test:443': named };
    return { names, proxy: await setting().proxy({ names }), here: `https://127.0.0.1:${port}/` };
  }

  test('go through the proxy of their scheme, with its user and password', async () => {
    const { proxy, here } = await start();
    vi.stubEnv('HTTPS_PROXY', proxy.url.replace('://', '://ada:p%40ss@'));
    const send = nodeFetch({ caFile: caFile() });
    expect(await textOf(send('https://as.test/path?a=b'))).toBe('hello');
    // Nothing is exempt unless it is listed.
    expect(await textOf(send(new Request(here, { method: 'POST', body: 'x' })))).toBe('hello');
    expect(proxy.requests).toEqual(['CONNECT as.test:443', `CONNECT ${new URL(here).host}`]);
    const basic = `Basic ${Buffer.from('ada:p@ss').toString('base64')}`;
    expect(proxy.authorizations).toEqual([basic, basic]);
  });

  test('by plain http go to the proxy as they are, and those by https do not', async () => {
    const { proxy, here } = await start();
    const plain = createServer((_, response) => response.end('plain')).listen(0, '127.0.0.1');
    await new Promise((resolve) => plain.once('listening', resolve));
    vi.stubEnv('http_proxy', proxy.url);
    const send = nodeFetch({ caFile: caFile() });
    const url = `http://127.0.0.1:${(plain.address() as AddressInfo).port}/path?a=b`;
    expect(await textOf(send(url))).toBe('plain');
    expect(await textOf(send(here))).toBe('hello');
    expect(proxy.requests).toEqual([`GET ${url}`]);
    plain.close();
    plain.closeAllConnections();
  });

  test.each([
    ['127.0.0.1', []],
    ['*', []],
    ['as.test, 127.0.0.1', []],
    ['127.0.0.1:1,::1', ['CONNECT']],
    ['localhost', ['CONNECT']],
  ])('to what NO_PROXY lists need no proxy: %s', async (noProxy, through) => {
    const { proxy, here } = await start();
    vi.stubEnv('HTTPS_PROXY', proxy.url);
    vi.stubEnv('NO_PROXY', noProxy);
    expect(await textOf(nodeFetch({ caFile: caFile() })(here))).toBe('hello');
    expect(proxy.requests.map((line) => line.split(' ')[0])).toEqual(through);
  });

  test.each([
    ['as.test', 'www.as.test', false],
    ['.as.test', 'www.as.test', false],
    ['AS.TEST', 'as.test', false],
    ['s.test', 'as.test', true],
    ['www.as.test', 'as.test', true],
  ])('NO_PROXY=%s: a name below a name is meant, too: %s', async (noProxy, host, isProxied) => {
    const { proxy } = await start();
    const send = nodeFetch({ proxy: proxy.url, noProxy, caFile: caFile() });
    // Without the proxy nobody knows the name.
    expect(await textOf(send(`https://${host}/`)).catch(() => 'nobody')).toBe(isProxied ? 'hello' : 'nobody');
    expect(proxy.requests).toHaveLength(isProxied ? 1 : 0);
  });

  test('go through a proxy that speaks TLS, which has to be trusted, too', async () => {
    const { names } = await start();
    const certificate = setting().authority.sign(['IP:127.0.0.1']);
    const proxy = await setting().proxy({ names, certificate });
    expect(await textOf(nodeFetch({ proxy: proxy.url, caFile: caFile() })('https://as.test/'))).toBe('hello');
    await expect(nodeFetch({ proxy: proxy.url })('https://as.test/')).rejects.toMatchObject({
      cause: { trouble: { host: proxy.host, code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } },
    });
    expect(proxy.requests).toEqual(['CONNECT as.test:443']);
  });

  test('are answered with responses of the platform, whose redirects are followed or not as asked', async () => {
    const { world, names } = await setting().world();
    world.script('resource GET /here', () => ({
      status: 302,
      headers: { location: 'https://a.test/there' },
    }));
    world.script('a GET /there', () => ({ body: 'there' }));
    const proxy = await setting().proxy({ names });
    const send = nodeFetch({ proxy: proxy.url, caFile: caFile() });
    expect(await send('https://mcp.test/here')).toBeInstanceOf(Response);
    expect(await textOf(send('https://mcp.test/here'))).toBe('there');
    expect((await send('https://mcp.test/here', { redirect: 'manual' })).status).toBe(302);
  });

  test('end with the reason of their signal', async () => {
    const { proxy } = await start();
    const send = nodeFetch({ proxy: proxy.url });
    const reason = new Error('enough');
    await expect(send('https://as.test/', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('trust other authorities beside the own one, as Node does', async () => {
    const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;
    const script = `
      const { rootCertificates } = await import('node:tls');
      const { dispatcherFor } = await import('./adapters/proxying/dispatcher.ts');
      const { authority, port } = JSON.parse(process.argv[1]);
      const { readFileSync } = await import('node:fs');
      const dispatcher = dispatcherFor({ noProxy: '' }, { authorities: [readFileSync(authority, 'utf8')] });
      for (const at of port) console.log(await (await fetch('https://127.0.0.1:' + at + '/', { dispatcher })).text());
    `;
    const own = setting().authority;
    const other = newAuthority('Another');
    const port = [own, other].map((authority) => setting().server(authority.sign(['IP:127.0.0.1'])));
    const given = JSON.stringify({ authority: own.file, port: await Promise.all(port) });
    const args = ['--import', 'tsx', '--input-type=module', '-e', script, given];
    const run = promisify(execFile);
    const env = { ...environment, NODE_EXTRA_CA_CERTS: other.file };
    expect((await run(process.execPath, args, { env })).stdout).toBe('hello\nhello\n');
    await expect(run(process.execPath, args, { env: environment })).rejects.toThrow('fetch failed');
    other.remove();
  });

  test('load undici only where there is a proxy or a file, and leave the fetch of the host as it was', async () => {
    const { proxy } = await start();
    const script = `
      import { createRequire } from 'node:module';
      const { nodeFetch } = await import('./adapters/node.ts');
      const { cache } = createRequire(import.meta.url);
      const loaded = () => Object.keys(cache).some((file) => /[\\\\/]undici[\\\\/]/.test(file));
      const [proxy, caFile] = process.argv.slice(1);
      nodeFetch();
      const send = nodeFetch({ proxy, caFile });
      console.log(loaded());
      console.log(await (await send('https://as.test/')).text(), loaded());
      const { Dispatcher } = await import('undici');
      console.log(globalThis[Symbol.for('undici.globalDispatcher.1')] instanceof Dispatcher);
    `;
    const args = ['--import', 'tsx', '--input-type=module', '-e', script, proxy.url, caFile()];
    expect((await promisify(execFile)(process.execPath, args)).stdout).toBe('false\nhello true\nfalse\n');
  });
});

interface Row {
  readonly bad: readonly unknown[];
  readonly good: readonly unknown[];
}

const here = import.meta.filename;
const rows: { readonly [Name in keyof Required<NodeFetchOptions>]: Row } = {
  proxy: {
    bad: [
      '',
      'socks5://hush-hush:1',
      'http://',
      'http://a b',
      'http://ada:hush-hush%@a',
      null,
      5,
      new URL('http://a'),
    ],
    good: ['http://proxy.example:3128', 'https://ada:x@proxy.example', 'proxy.example:3128', undefined],
  },
  noProxy: { bad: [null, 5, ['localhost']], good: ['', '*', 'localhost,.example.com'] },
  caFile: { bad: ['', 'a\0b', '/nowhere/hush-hush', here, null, 5, {}], good: [undefined] },
  silence: { bad: [-1, Number.NaN, Number.POSITIVE_INFINITY, '5', null], good: [0, 1, 600_000, undefined] },
};

describe('options', () => {
  const cases = (kind: keyof Row) =>
    Object.entries(rows).flatMap(([option, row]) => row[kind].map((value) => ({ option, value })));
  const give = ({ option, value }: { option: string; value: unknown }) =>
    nodeFetch({ [option]: value } as never);

  test('HOST-2: have a row each', () => {
    expect(Object.keys(rows).sort()).toEqual(Object.keys(nodeFetchShape).sort());
  });

  test.each(cases('bad'))('HOST-2, P07: $option is not $value', (given) => {
    const refusal = {
      code: 'config_invalid',
      phase: 'configuring',
      message: expect.stringMatching(`^${given.option} `),
    };
    expect(() => give(given)).toThrow(expect.objectContaining(refusal));
    expect(() => give(given)).not.toThrow(/hush-hush/);
  });

  test.each(cases('good'))('HOST-2: $option may be $value', (given) => {
    expect(() => give(given)).not.toThrow();
  });

  test('HOST-2: a name that is none is refused', () => {
    expect(() => nodeFetch({ noproxy: '*' } as never)).toThrow(AuthError);
    expect(() => nodeFetch('http://proxy.example' as never)).toThrow(AuthError);
  });

  test.skipIf(obstacle !== undefined)(
    'HOST-2: a file with one certificate that is broken is refused',
    async () => {
      const { file, folder, remove } = newAuthority();
      const whole = readFileSync(file, 'utf8');
      const two = join(folder, 'two.pem');
      await writeFile(two, `# a comment\n${whole}\n${whole}`);
      expect(() => nodeFetch({ caFile: two })).not.toThrow();
      await writeFile(two, `${whole}\n${whole.replace(/\n..../, '\nAAAA')}`);
      expect(() => nodeFetch({ caFile: two })).toThrow('caFile must be a file of certificates in PEM');
      remove();
    },
  );
});
