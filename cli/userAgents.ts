// How a person at a terminal logs in: in their browser, with copy and paste, or not at all.

import { createInterface } from 'node:readline';
import type { LoopbackOptions } from '../actors/userAgents/loopback.ts';
import type { UserAgent } from '../actors/userAgents/userAgent.ts';
import { headlessUserAgent, loopbackUserAgent, pasteUserAgent } from '../adapters/node.ts';
import { AuthError, failure } from '../contract/errors.ts';
import { shown } from '../protocol/text.ts';
import { urlOf } from '../protocol/url.ts';
import { misused } from './failures.ts';
import type { SessionFlags } from './options.ts';
import type { Printer } from './printer.ts';
import { duration } from './words.ts';

/** The longest URL that is printed, in characters. */
const LONGEST = 16 * 1024;

/** How long a person may take to log in, in seconds, unless `--timeout` says otherwise. */
const PATIENCE = 600;

type AgentFlags = Pick<
  SessionFlags,
  'userAgent' | 'redirectUri' | 'timeout' | 'callbackHost' | 'callbackPort' | 'callbackPath'
>;

type CallbackPlace = Pick<Required<LoopbackOptions>, 'host' | 'port' | 'path'>;

/** Nothing without a flag. The user agent judges the values. */
function callbackOf({
  callbackHost: host,
  callbackPort: port,
  callbackPath: path,
}: Omit<AgentFlags, 'userAgent' | 'timeout'>): Partial<CallbackPlace> | undefined {
  if (host === undefined && port === undefined && path === undefined) return undefined;
  return {
    ...(host !== undefined && { host: host as CallbackPlace['host'] }),
    ...(port !== undefined && { port }),
    ...(path !== undefined && { path }),
  };
}

interface AgentParts {
  readonly printer: Printer;
  readonly fetch: typeof globalThis.fetch;
  /** What to do where the browser is on another machine. */
  readonly elsewhere?: string | undefined;
}

interface BrowserParts {
  readonly printer: Printer;
  /** How long the person may take, in seconds. */
  readonly timeout: number;
  readonly elsewhere: string;
}

/**
 * Makes the user agent of `--user-agent`. The headless one sends its requests with this `fetch`.
 * @param flags which one, and where it receives.
 * @throws AuthError `config_invalid` when this user agent cannot receive at the redirect URI.
 */
export function userAgentOf(
  { userAgent: name, redirectUri, timeout = PATIENCE, ...flags }: AgentFlags,
  { printer, fetch, elsewhere = '--paste or --device' }: AgentParts,
): UserAgent {
  if (redirectUri !== undefined && !urlOf(redirectUri))
    misused('--redirect-uri is not a URL. Give one such as http://127.0.0.1:8765/callback.');
  const place = callbackOf(flags);
  if (place !== undefined && (name !== 'browser' || redirectUri !== undefined))
    misused('--callback-host, -port and -path are for --user-agent browser, and not for --redirect-uri.');
  const at = redirectUri === undefined ? {} : { redirectUri };
  if (name === 'headless') return headlessUserAgent({ ...at, fetch });
  if (name === 'browser')
    return browser(redirectUri === undefined ? place : placeOf(redirectUri), { printer, timeout, elsewhere });
  return paste(at, printer);
}

function paste(at: { readonly redirectUri?: string }, printer: Printer): UserAgent {
  const questions = terminalQuestions();
  const agent = pasteUserAgent({
    ...at,
    show: (url, issuer) => printer.ask(invitation('Open this URL in any browser', url, issuer)),
    ask: questions.ask,
  });
  return {
    ...agent,
    dispose() {
      questions.close();
      return agent.dispose();
    },
  };
}

/**
 * The URL is printed also when a browser was opened: the person may not see that browser. Where none can be opened from
 * here, the browser may be on another machine, and cannot come back to this one: at a terminal its last address can be
 * pasted, too, and whichever comes first is taken.
 */
function browser(
  place: Partial<CallbackPlace> | undefined,
  { printer, timeout, elsewhere }: BrowserParts,
): UserAgent {
  let opened = true;
  const show = () => {
    opened = false;
  };
  const agent = loopbackUserAgent({ ...place, show });
  const questions = terminalQuestions();
  const pasting = pasteUserAgent({ show: () => {}, ask: questions.ask });
  return {
    ...agent,
    async present(request) {
      opened = true;
      await agent.present(request);
      printer.ask(invitation(hintFor(opened, elsewhere), new URL(request.url).href, request.issuer));
      printer.note(`authchart waits ${duration(timeout * 1000)} (--timeout).`);
    },
    async receive(request) {
      if (opened || !process.stdin.isTTY) return agent.receive(request);
      return firstOf(request.signal, [
        (signal) => agent.receive({ ...request, signal }),
        (signal) => pasting.receive({ ...request, signal }),
      ]).finally(questions.close);
    },
    async dispose() {
      questions.close();
      await Promise.all([agent.dispose(), pasting.dispose()]);
    },
  };
}

function hintFor(opened: boolean, elsewhere: string): string {
  if (opened) return 'A browser was opened. If you do not see it, open this URL';
  const where = 'No browser can be opened from here. Open this URL';
  return process.stdin.isTTY
    ? `${where} in any browser. If its last page cannot be loaded, paste the address of that page here`
    : `${where} on this machine (for a browser on another one: ${elsewhere})`;
}

/** The first that succeeds; the others are cancelled. Where all fail, the failure of the first of them. */
async function firstOf(
  signal: AbortSignal,
  ways: readonly ((signal: AbortSignal) => Promise<string>)[],
): Promise<string> {
  const over = new AbortController();
  const attempts = ways.map((way) => way(AbortSignal.any([signal, over.signal])));
  try {
    return await Promise.any(attempts);
  } catch {
    return await Promise.race(attempts);
  } finally {
    over.abort();
  }
}

function invitation(hint: string, url: string, issuer: string): string {
  return `\n${shown(new URL(issuer).host)} asks you to log in. ${hint}:\n\n  ${shown(url, LONGEST)}\n`;
}

function placeOf(redirectUri: string) {
  const { protocol, hostname, port, pathname } = new URL(redirectUri);
  const host = hostname === '[::1]' ? '::1' : hostname;
  if (protocol !== 'http:' || (host !== '127.0.0.1' && host !== '::1')) {
    misused(
      '--redirect-uri must begin with http://127.0.0.1 or http://[::1]. For any other one use --user-agent paste.',
    );
  }
  return { host, path: pathname, ...(port !== '' && { port: Number(port) }) } as const;
}

/** Prints questions on standard error, and reads answers on standard input. An early line answers the next question. */
function terminalQuestions() {
  const { stdin, stderr } = process;
  // If standard error is a file, what the person types must not be echoed into it. The terminal itself shows it.
  const terminal = stdin.isTTY === true && stderr.isTTY === true;
  const open = () => {
    const lines = createInterface({ input: stdin, ...(terminal && { output: stderr }), terminal });
    // In this mode Ctrl-C arrives as a key, and not as a signal.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    return { lines, answers: lines[Symbol.asyncIterator]() };
  };
  let dialogue: ReturnType<typeof open> | undefined;
  let isOpen = false;
  return {
    async ask(question: string): Promise<string> {
      dialogue ??= open();
      if (terminal) {
        dialogue.lines.setPrompt(question);
        dialogue.lines.prompt();
      } else stderr.write(`${question}\n`);
      isOpen = true;
      const answer = await dialogue.answers.next();
      isOpen = false;
      if (answer.done) throw inputEnded();
      return answer.value;
    },
    close: () => {
      // What is printed next begins a line of its own.
      if (terminal && isOpen) stderr.write('\n');
      isOpen = false;
      dialogue?.lines.close();
      dialogue = undefined;
    },
  };
}

const inputEnded = (): AuthError =>
  new AuthError(
    failure(
      'interaction_required',
      'authorizing',
      'The address cannot be read, because standard input has ended; log in at a terminal.',
    ),
  );
