// `fetch` sends what curl would send, and passes on what comes back.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Ended, newFolder, removeFolder, run, runHere, start } from './command.ts';

let folder: string;
let at: string;
/** Ends the answer that `/slow` has begun. */
let finish = (_text: string): void => {};

const server = createServer((request, response) => {
  const { method, headers, url } = request;
  const received: Buffer[] = [];
  request.on('data', (chunk) => received.push(chunk));
  request.on('end', () => {
    if (url === '/moved') return response.writeHead(302, { location: 'https://elsewhere.example/' }).end();
    if (url === '/bytes') return response.end(Buffer.from([0xff, 0x00, 0x0a]));
    if (url === '/slow') {
      finish = (text) => response.end(text);
      return response.write('first\n');
    }
    response.setHeader('set-cookie', ['a=1', 'b=2']);
    const { accept, 'content-type': type, 'x-own': own } = headers;
    const body = String(Buffer.concat(received));
    return response.end(JSON.stringify({ method, accept, type, own, body }));
  });
});

beforeAll(async () => {
  folder = await newFolder();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(join(folder, 'body'), 'a=1\nb=2\r\n');
});

afterAll(async () => {
  server.close();
  await removeFolder(folder);
});

const Echoed = z.object({
  method: z.string(),
  type: z.string().optional(),
  accept: z.string().optional(),
  own: z.string().optional(),
  body: z.string(),
});
const echoed = ({ stdout }: Ended) => Echoed.parse(JSON.parse(stdout));
const fetched = (...args: string[]): Promise<Ended> => runHere(folder, ['fetch', ...args, '-q']);

test('forms are joined, and files among them lose their line breaks', async () => {
  expect(echoed(await fetched(`${at}/x?q=1`, '-d', 'c=d', '-d', `@${join(folder, 'body')}`))).toEqual({
    method: 'POST',
    type: 'application/x-www-form-urlencoded',
    accept: '*/*',
    body: 'c=d&a=1b=2',
  });
});

test('--json with data brings its headers, and -H changes them', async () => {
  const own = ['-H', 'Accept: text/plain', '-H', 'X-Own: v: w'];
  expect(echoed(await fetched(at, '--json', '[1]', ...own))).toEqual({
    method: 'POST',
    type: 'application/json',
    accept: 'text/plain',
    own: 'v: w',
    body: '[1]',
  });
});

test('-X is the method, with or without a body', async () => {
  expect(echoed(await fetched(at, '-X', 'PATCH', '-d', ''))).toMatchObject({ method: 'PATCH', body: '' });
  expect(echoed(await fetched(at, '--request', 'DELETE'))).toMatchObject({ method: 'DELETE', body: '' });
});

test('a redirect is shown and not followed', async () => {
  const { code, stdout } = await fetched('-i', `${at}/moved`);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^HTTP\/1\.1 302 Found\n(.+\n)*location: https:\/\/elsewhere\.example\/\n/);
});

test('--json without data is the answer as a document, also right before the URL', async () => {
  const after = JSON.parse((await fetched(at, '--json')).stdout);
  expect(after).toMatchObject({ status: 200, headers: { 'set-cookie': ['a=1', 'b=2'] } });
  expect(after.body).toContain('"method":"GET"');
  const before = JSON.parse((await fetched('-d', 'x=1', '--json', at)).stdout);
  expect(before.body).toContain('"method":"POST"');
});

test('a body that is no text is told as base64', async () => {
  const { stdout } = await fetched(`${at}/bytes`, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ body: '/wAK', encoding: 'base64' });
});

test('standard input is a body, and goes out as it came', async () => {
  const { stdout } = await run(folder, ['fetch', at, '--json', '@-'], '{"a":\n1}\n');
  expect(JSON.parse(stdout)).toMatchObject({ type: 'application/json', body: '{"a":\n1}\n' });
});

test('the body is passed on as it comes; a reader that has gone ends it without a word', async () => {
  const running = start(folder, ['fetch', `${at}/slow`, '-q']);
  const [first] = await once(running.child.stdout, 'data');
  expect(first).toBe('first\n');
  running.child.stdout.destroy();
  finish('second\n');
  expect(await running.ended).toEqual({ code: 1, stdout: 'first\n', stderr: '' });
});
