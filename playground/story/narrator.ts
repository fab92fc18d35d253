// Prints the story: chapters, the states that are entered, the requests, and the checked claims.
import { styleText } from 'node:util';
import { allStates } from '../../engine/states.ts';
import type { Progress } from '../../index.ts';
import { columns, shortenIds, wrap } from './layout.ts';

/** How the narrator prints. */
export interface NarratorOptions {
  /** Prints one line. It gets the line without its line feed. */
  readonly write: (line: string) => void;
  /** The width of the terminal, in characters. */
  readonly width: number;
  readonly colour: boolean;
  /** Names to print in place of URLs, such as `server A` for `http://127.0.0.1:4711`. The first that fits is used. */
  readonly names: readonly (readonly [url: string, name: string])[];
}

/** A request as it is printed. */
export interface RequestLine {
  readonly method: string;
  readonly place: string;
  readonly status: string;
  readonly path: string;
  /** Whether the browser sent it. Such requests in a row become one line. */
  readonly isOfBrowser?: boolean;
}

type Style = Parameters<typeof styleText>[0];

/** States that were entered before. They are printed together on one line. */
interface Run {
  readonly states: string[];
  readonly spec: string[];
}

/** Requests that become one line. */
interface Requests {
  readonly head: string;
  readonly isOfBrowser: boolean;
  readonly paths: string[];
}

/** What was printed last. It decides whether an empty line follows. */
type Last = 'gap' | 'event' | 'claim' | 'other';

/** The greatest width of prose, in characters. */
const READABLE = 92;

/** Prints the story line by line. Do not pass secrets to it. */
export class Narrator {
  /** The names of all states that were entered, with outer states. */
  readonly visited: Set<string> = new Set();
  /** The number of requests of the client. */
  requests = 0;
  failedClaims = 0;
  readonly #of: NarratorOptions;
  #printed = '';
  #chapter = 0;
  #phase = '';
  #last: Last = 'gap';
  #run: Run | undefined;
  #held: Requests | undefined;

  constructor(options: NarratorOptions) {
    this.#of = options;
  }

  /** All that was printed so far, without colours. */
  get printed(): string {
    return this.#printed;
  }

  chapter(title: string, why: string): void {
    this.#chapter += 1;
    this.heading(`${this.#chapter}. ${title}`);
    this.paragraph(why);
  }

  heading(title: string): void {
    this.#gap();
    this.#line(title, 'bold');
  }

  paragraph(text: string): void {
    this.say(text);
    this.#gap();
  }

  say(text: string, style?: Style): void {
    this.#flush();
    for (const line of wrap(text, this.#readable - 2)) this.#line(`  ${line}`, style);
  }

  /** Prints what the client or a person does next. */
  does(what: string): void {
    if (this.#last !== 'event') this.#gap();
    this.#phase = '';
    this.#line(`» ${what}`, 'cyan');
  }

  /** Prints what the client got. */
  got(what: string): void {
    this.#flush();
    this.#hang('« ', this.named(what), 'cyan');
  }

  /** Prints a change at the servers, or of the client. */
  happens(what: string): void {
    this.#gap();
    this.#phase = '';
    this.#line(`* ${what}`, 'yellow');
    this.#last = 'event';
  }

  /** Prints a state or a request: for `onProgress` of the engine. */
  progress(progress: Progress): void {
    if (progress.kind === 'state') this.#enter(progress.state, progress.spec);
    if (progress.kind === 'request') {
      this.requests += 1;
      const { origin, pathname } = new URL(progress.url);
      const status = String(progress.status ?? '—');
      this.request({ method: progress.method, place: this.named(origin), status, path: pathname });
    }
  }

  /** Prints a request. Equal requests in a row become one line, and so do requests of the browser. */
  request({ method, place, status, path, isOfBrowser = false }: RequestLine): void {
    this.#endRun();
    const head = `      ${method.padEnd(4)}  ${place.padEnd(8)}  ${status}  `;
    const held = this.#held;
    if (held?.head === head && (isOfBrowser ? held.isOfBrowser : held.paths[0] === path)) {
      held.paths.push(path);
    } else {
      this.#endRequests();
      this.#held = { head, isOfBrowser, paths: [path] };
    }
  }

  /**
   * Prints a claim that was checked.
   * @param evidence The numbers or facts of the check.
   */
  claim(text: string, holds: boolean, evidence = ''): void {
    if (this.#last !== 'claim') this.#gap();
    if (!holds) this.failedClaims += 1;
    this.#hang(holds ? '✓ ' : '✗ ', text, holds ? 'green' : 'red');
    if (evidence !== '') {
      for (const line of wrap(evidence, this.#readable - 4)) this.#line(`    ${line}`, 'dim');
    }
    this.#last = 'claim';
  }

  /** Prints one line of a table. */
  fact(name: string, value: string): void {
    this.#flush();
    this.#line(`  ${name.padEnd(15)}${value}`);
  }

  /** The text with names in place of URLs. */
  named(text: string): string {
    return this.#of.names.reduce((all, [url, name]) => all.replaceAll(url, name), text);
  }

  get #readable(): number {
    return Math.min(this.#of.width, READABLE);
  }

  #enter(state: string, spec: readonly string[]): void {
    this.#endRequests();
    const path = state.split('.');
    const [phase = '', ...inner] = path;
    if (phase !== this.#phase) this.#enterPhase(phase);
    if (inner.length > 0) this.#enterInner(inner.join('.'), spec, this.visited.has(state));
    for (let depth = 1; depth <= path.length; depth += 1) this.visited.add(path.slice(0, depth).join('.'));
  }

  #enterPhase(phase: string): void {
    this.#endRun();
    this.#phase = phase;
    this.#row(2, phase, allStates.get(phase)?.spec ?? [], 'bold');
  }

  /** The first time a state has a line of its own. Later it shares a line with the states around it. */
  #enterInner(name: string, spec: readonly string[], isKnown: boolean): void {
    if (!isKnown) {
      this.#endRun();
      this.#row(4, name, spec);
      return;
    }
    this.#run ??= { states: [], spec: [] };
    this.#run.states.push(name);
    this.#run.spec.push(...spec);
  }

  /** Prints the lines that were held back. */
  #flush(): void {
    this.#endRun();
    this.#endRequests();
  }

  #endRun(): void {
    const run = this.#run;
    this.#run = undefined;
    if (run) this.#row(4, run.states.join(' → '), run.spec);
  }

  #endRequests(): void {
    const held = this.#held;
    this.#held = undefined;
    if (!held) return;
    const [path = ''] = held.paths;
    const times = held.paths.length === 1 ? '' : `  × ${held.paths.length}`;
    this.#line(held.head + (held.isOfBrowser ? `${held.paths.join(' → ')}  browser` : path + times), 'dim');
  }

  #row(indent: number, name: string, spec: readonly string[], style?: Style): void {
    const { width } = this.#of;
    const at = width < 100 ? 45 : 56;
    for (const { left, right } of columns(name, shortenIds(spec), { indent, at, width })) {
      if (right === '') this.#line(left, style);
      else this.#print([left.padEnd(at), style], [right, 'dim']);
    }
  }

  #hang(mark: string, text: string, style: Style): void {
    wrap(text, this.#readable - mark.length).forEach((line, row) => {
      this.#print([row === 0 ? mark : ' '.repeat(mark.length), style], [line]);
    });
  }

  /** Prints an empty line, unless the last line is empty. */
  #gap(): void {
    this.#flush();
    if (this.#last !== 'gap') this.#line('');
    this.#last = 'gap';
  }

  #line(text: string, style?: Style): void {
    this.#print([text, style]);
  }

  #print(...parts: readonly (readonly [text: string, style?: Style | undefined])[]): void {
    this.#last = 'other';
    this.#printed += `${parts.map(([text]) => text).join('')}\n`;
    this.#of.write(parts.map(([text, style]) => this.#styled(text, style)).join(''));
  }

  #styled(text: string, style: Style | undefined): string {
    return style === undefined || !this.#of.colour || text === '' ? text : styleText(style, text);
  }
}
