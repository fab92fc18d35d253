// Hosts of the proxy: the official client, and one that sends lines by hand. Each starts the command as a program.
import { Client, type ClientOptions } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { followToRedirectUri } from '../playground/rawClient.ts';
import { programFile } from '../support/programs.ts';
import { type Running, start } from './command.ts';

/** Variables of SSH: no browser is opened, and the address is printed. */
const remote = { SSH_CONNECTION: 'here' };

export interface Hosted {
  readonly client: Client;
  readonly pid: number;
  /** All that the proxy has printed on standard error. */
  said(): string;
  /** Waits for the first match on standard error. */
  printed(what: RegExp): Promise<string>;
  /** Ends the proxy as a host does. */
  close(): Promise<void>;
}

export interface HostOptions extends ClientOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called before the client says `initialize`. */
  readonly prepare?: (client: Client) => void;
  /** Called when the proxy has printed the address of a page, with all that it has printed. */
  readonly onPage?: (said: string) => Promise<void>;
}

/** The transport of a host to a proxy. */
function stdioTo(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = remote,
): StdioClientTransport {
  return new StdioClientTransport({
    command: process.execPath,
    args: [programFile('command'), 'proxy', ...args],
    env: { PATH: process.env['PATH'] ?? '', AUTHCHART_STORE: folder, NO_COLOR: '1', ...env },
    stderr: 'pipe',
  });
}

/** Starts a proxy, and connects the official client to it. */
export async function connectHost(
  folder: string,
  args: readonly string[],
  { env, prepare, onPage, ...options }: HostOptions = {},
): Promise<Hosted> {
  const transport = stdioTo(folder, args, env);
  let said = '';
  let isSeen = false;
  transport.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (!page.test(said) || !onPage || isSeen) return;
    isSeen = true;
    void onPage(said);
  });
  const client = new Client({ name: 'host', version: '1.0.0' }, options);
  prepare?.(client);
  try {
    await client.connect(transport, { timeout: 60_000 });
  } catch (thrown) {
    await client.close();
    throw Object.assign(thrown as Error, { said });
  }
  const printed = async (what: RegExp): Promise<string> => {
    for (;;) {
      const found = what.exec(said)?.[0];
      if (found !== undefined) return found;
      await new Promise((resolve) => transport.stderr?.once('data', resolve));
    }
  };
  return { client, pid: transport.pid ?? 0, said: () => said, printed, close: () => client.close() };
}

interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export interface LineHost extends Running {
  /** Sends one message. */
  tell(message: object): void;
  /** Sends a request, and waits for its answer. */
  ask(method: string, params?: object): Promise<Message>;
  /** Says `initialize`, and waits for its answer. */
  initialize(): Promise<Message>;
  /** All lines of standard output so far. */
  readonly lines: readonly string[];
}

const hello = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'lines', version: '1.0.0' },
};

/** Starts a proxy whose host sends lines by hand. */
export function lineHost(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = remote,
): LineHost {
  const running = start(folder, ['proxy', ...args], { env });
  const lines: string[] = [];
  const waiting = new Map<unknown, (message: Message) => void>();
  let rest = '';
  running.child.stdout.on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) {
      lines.push(line);
      const message = JSON.parse(line) as Message;
      waiting.get(message.id)?.(message);
    }
  });
  let ids = 0;
  const tell = (message: object) => void running.child.stdin.write(`${JSON.stringify(message)}\n`);
  const ask = (method: string, params: object = {}): Promise<Message> => {
    ids += 1;
    const id = ids;
    return new Promise((resolve, reject) => {
      waiting.set(id, resolve);
      running.ended.then(({ stderr }) => reject(new Error(`the proxy has ended: ${stderr}`)), reject);
      tell({ jsonrpc: '2.0', id, method, params });
    });
  };
  return { ...running, lines, tell, ask, initialize: () => ask('initialize', hello) };
}

/** The address of a page, as it is printed. */
export const page = /^ {2}(http\S+)$/m;

/** Does what a person does at the address that was printed. */
export async function logInAt(said: string): Promise<void> {
  const url = page.exec(said)?.[1] ?? '';
  const redirectUri = new URL(url).searchParams.get('redirect_uri') ?? '';
  await (await fetch(await followToRedirectUri(url, redirectUri))).text();
}

/** Whether a process is there. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until a process has ended. */
export async function untilGone(pid: number, within = 20_000): Promise<boolean> {
  for (const end = Date.now() + within; Date.now() < end; ) {
    if (!isThere(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
