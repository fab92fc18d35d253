// How a person at a terminal is reached: their browser, nobody, or by copy and paste.

import { createInterface } from 'node:readline';
import type { UserAgent } from '../actors/userAgents/userAgent.ts';
import { headlessUserAgent, loopbackUserAgent, pasteUserAgent } from '../adapters/node.ts';
import { AuthError, failure } from '../contract/errors.ts';
import { shown } from '../protocol/text.ts';
import { urlOf } from '../protocol/url.ts';
import { misused } from './failures.ts';
import type { AgentName } from './options.ts';
import type { Printer } from './printer.ts';

/** Longest URL that is printed, in characters. */
const LONGEST = 16 * 1024;

/** @throws AuthError `config_invalid` for a redirect URI that this user agent cannot receive. */
export function userAgentOf(name: AgentName, redirectUri: string | undefined, printer: Printer): UserAgent {
  if (redirectUri !== undefined && !urlOf(redirectUri)) misused('--redirect-uri is not a URL.');
  const at = redirectUri === undefined ? {} : { redirectUri };
  if (name === 'headless') return headlessUserAgent(at);
  if (name === 'browser') return browser(redirectUri, printer);
  return paste(at, printer);
}

function paste(at: { readonly redirectUri?: string }, printer: Printer): UserAgent {
  const questions = terminalQuestions();
  const agent = pasteUserAgent({
    ...at,
    show: (url, issuer) => printer.ask(invitation('Open this in any browser', url, issuer)),
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

/** The URL is printed even when a browser opened: it may be one that nobody sees. */
function browser(redirectUri: string | undefined, printer: Printer): UserAgent {
  let opened = true;
  const show = () => {
    opened = false;
  };
  const agent = loopbackUserAgent({ ...(redirectUri !== undefined && placeOf(redirectUri)), show });
  return {
    ...agent,
    async present(request) {
      opened = true;
      await agent.present(request);
      const hint = opened
        ? 'A browser was opened; if you do not see it, open this'
        : 'No browser can be opened from here; open this on this machine (elsewhere: --user-agent paste)';
      printer.ask(invitation(hint, new URL(request.url).href, request.issuer));
    },
  };
}

function invitation(hint: string, url: string, issuer: string): string {
  return `\n${shown(new URL(issuer).host)} asks you to log in. ${hint}:\n\n  ${shown(url, LONGEST)}\n`;
}

function placeOf(redirectUri: string) {
  const { protocol, hostname, port, pathname } = new URL(redirectUri);
  const host = hostname === '[::1]' ? '::1' : hostname;
  if (protocol !== 'http:' || (host !== '127.0.0.1' && host !== '::1')) {
    misused(
      '--redirect-uri must begin with http://127.0.0.1 or http://[::1] for a browser; use --user-agent paste for others.',
    );
  }
  return { host, path: pathname, ...(port !== '' && { port: Number(port) }) } as const;
}

/** Questions on standard error, answers on standard input; a line that comes early is kept for the next question. */
function terminalQuestions() {
  const { stdin, stderr } = process;
  // Where standard error goes to a file, the terminal itself shows what is typed: it must not be echoed there.
  const terminal = stdin.isTTY === true && stderr.isTTY === true;
  const open = () => {
    const lines = createInterface({ input: stdin, ...(terminal && { output: stderr }), terminal });
    // In this mode the terminal hands over Ctrl-C as a key.
    lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    return { lines, answers: lines[Symbol.asyncIterator]() };
  };
  let dialogue: ReturnType<typeof open> | undefined;
  return {
    async ask(question: string): Promise<string> {
      dialogue ??= open();
      if (terminal) {
        dialogue.lines.setPrompt(question);
        dialogue.lines.prompt();
      } else stderr.write(`${question}\n`);
      const answer = await dialogue.answers.next();
      if (answer.done) throw nobodyThere();
      return answer.value;
    },
    close: () => dialogue?.lines.close(),
  };
}

const nobodyThere = (): AuthError =>
  new AuthError(
    failure(
      'interaction_required',
      'authorizing',
      'Nobody can be asked, because standard input has ended; log in at a terminal',
    ),
  );
