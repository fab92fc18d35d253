// Opens a URL in the person's browser. The URL is an argument of a program, and never passes a shell.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { refuse } from '../../contract/errors.ts';
import { throwIfCancelled } from '../tools/waiting.ts';
import { pageAddress } from './addresses.ts';

/** What `openBrowser` works with. Tests set these; apps rarely need to. */
export interface OpenBrowserOptions {
  /** The operating system. Default `process.platform`. */
  readonly platform?: NodeJS.Platform;
  /** The environment variables. Read, never changed. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Starts a program. Default `spawn` of `node:child_process`. */
  readonly spawn?: (command: string, args: readonly string[], options: SpawnOptions) => ChildProcess;
  /** Ends the wait for the program. */
  readonly signal?: AbortSignal;
}

/** How long the program may take to report a failure, in milliseconds. Some run as long as the browser does. */
const openerGrace = 1000;

const openItYourself =
  'give the user agent a `show` that prints the URL, or log in with a device code or pasteUserAgent.';

/**
 * Opens a URL in the person's browser, with the program that the operating system has for this (`open`, `xdg-open`).
 * Ends when that program has started, and does not wait for the page.
 * @throws AuthError `address_refused` when the URL is neither https nor http to loopback; `user_agent_failed` when
 * there is no display, no such program, or the program fails within a second; `cancelled`.
 * @see RFC 8252 §8.12 (no embedded user agent), CVE-2025-6514 (a URL that reached a shell)
 */
export async function openBrowser(url: string, options: OpenBrowserOptions = {}): Promise<void> {
  const { platform = process.platform, env = process.env, signal = new AbortController().signal } = options;
  const page = pageAddress(url);
  throwIfCancelled(signal);
  if (!hasDisplay(platform, env)) {
    refuse('user_agent_failed', 'authorizing', `No browser can be opened from here: ${openItYourself}`);
  }
  const [command, ...args] = openerOf(platform, env);
  const opened = await runOpener(options.spawn ?? spawn, command, [...args, page], {
    // The exit code of rundll32 says nothing.
    readsExitCode: platform !== 'win32',
    signal,
  });
  throwIfCancelled(signal);
  if (!opened)
    refuse('user_agent_failed', 'authorizing', `The browser could not be opened: ${openItYourself}`);
}

/** Over SSH a browser would open in front of nobody. */
export function hasDisplay(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (env['SSH_CONNECTION']) return false;
  if (platform === 'darwin' || platform === 'win32') return true;
  return Boolean(env['DISPLAY'] || env['WAYLAND_DISPLAY']);
}

function openerOf(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): readonly [string, ...string[]] {
  if (platform === 'darwin') return ['open'];
  if (platform !== 'win32') return ['xdg-open'];
  // With its whole path: Windows looks for a bare name in the working directory first.
  return [`${env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\rundll32.exe`, 'url.dll,FileProtocolHandler'];
}

/** Starts the program and lets it run; false when it did not start, failed at once, or the signal was given. */
function runOpener(
  start: NonNullable<OpenBrowserOptions['spawn']>,
  command: string,
  args: readonly string[],
  { readsExitCode, signal }: { readonly readsExitCode: boolean; readonly signal: AbortSignal },
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (opened: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(opened);
    };
    const stop = () => end(false);
    const timer = setTimeout(end, openerGrace, true);
    signal.addEventListener('abort', stop);
    try {
      const child = start(command, args, { shell: false, stdio: 'ignore', detached: true });
      child.once('error', stop);
      if (readsExitCode) child.once('exit', (code) => end(code === 0));
      else child.once('spawn', () => end(true));
      child.unref();
    } catch {
      stop();
    }
  });
}
