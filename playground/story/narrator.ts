// Prints the story: chapters, states as they are entered, requests as they are made, and checked claims.
import { styleText } from 'node:util';
import { allStates } from '../../engine/states.ts';
import type { Progress } from '../../index.ts';
import { columns, shortenIds, wrap } from './layout.ts';

export interface NarratorOptions {
  /** Takes one line, without its line feed. */
  readonly write: (line: string) => void;
  /** Of the terminal, in characters. */
  readonly width: number;
  readonly colour: boolean;
  /** What to print instead of URLs: `http://127.0.0.1:4711` is `server A`. The first that fits is taken. */
  readonly names: readonly (readonly [url: string, name: string])[];
}

/** A request as it is printed. */
export interface RequestLine {
  readonly method: string;
  readonly place: string;
  readonly status: string;
  readonly path: string;
  /** Steps of the browser that follow each other become one line. */
  readonly isOfBrowser?: boolean;
}

type Style = Parameters<typeof styleText>[0];

/** States that were entered before: they wait to be printed on one line. */
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

/** What was printed last, as far as it decides on an empty line. */
type Last = 'gap' | 'event' | 'claim' | 'other';

/** Prose is not wider than this, however wide the terminal is. */
const READABLE = 92;

/** Tells the story line by line. Nothing that it is given may hold a secret. */
export class Narrator {
  /** Names of all states that were entered, outer ones included. */
  readonly visited: Set<string> = new Set();
  /** Requests of the client. */
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

  /** Everything that was printed so far, without colours. */
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

  /** What the client, or a person, does next. */
  act(what: string): void {
    if (this.#last !== 'event') this.#gap();
    this.#phase = '';
    this.#line(`» ${what}`, 'cyan');
  }

  /** What it got. */
  got(what: string): void {
    this.#flush();
    this.#hang('« ', this.named(what), 'cyan');
  }

  /** What changes in the world around the client. */
  happens(what: string): void {
    this.#gap();
    this.#phase = '';
    this.#line(`* ${what}`, 'yellow');
    this.#last = 'event';
  }

  /** A state, or a request: for the engine's `onProgress`. */
  progress(progress: Progress): void {
    if (progress.kind === 'state') this.#enter(progress.state, progress.spec);
    if (progress.kind === 'request') {
      this.requests += 1;
      const { origin, pathname } = new URL(progress.url);
      const status = String(progress.status ?? '—');
      this.request({ method: progress.method, place: this.named(origin), status, path: pathname });
    }
  }

  /** Requests in a row that differ in nothing, or in the step of the browser only, become one line. */
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
   * A claim that was checked.
   * @param evidence what was counted.
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

  /** One line of a table. */
  fact(name: string, value: string): void {
    this.#flush();
    this.#line(`  ${name.padEnd(15)}${value}`);
  }

  /** The text with names instead of URLs. */
  named(text: string): string {
    return this.#of.names.reduce((said, [url, name]) => said.replaceAll(url, name), text);
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

  /** The first time a state has a line of its own; later it joins its neighbours. */
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

  /** Prints what was held back to be joined with what may come. */
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

  /** One empty line, however often it is asked for. */
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
