// The command lines that pages and helps show: the words of each, as a shell would give them to the command.

/** A command line, and where it stands. */
export interface CommandLine {
  readonly where: string;
  /** What follows `authchart`. */
  readonly args: readonly string[];
}

/** Every `authchart …` of a text in which lines are shell: a fence of a page, or the examples of a help. */
export function commandLinesIn(where: string, text: string): readonly CommandLine[] {
  const whole = text.replaceAll(/\\\n\s*/g, '');
  return [...whole.matchAll(/(?:^|[|(;&]|npx )[^\S\n]*authchart ([a-z-].*)$/gm)].map(([, rest = '']) => ({
    where,
    args: wordsOf(rest),
  }));
}

/** The words up to a pipe, a redirect, a bracket, a remark behind two spaces, or the end of the line. */
function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  const word = /\s*(?:'([^']*)'|"([^"]*)"|([^\s'"|;&<>()#]+))/y;
  let rest = line.replace(/ {2,}.*$/, '');
  for (let found = word.exec(rest); found; found = word.exec(rest)) {
    words.push(found[1] ?? found[2] ?? found[3] ?? '');
    rest = rest.slice(word.lastIndex);
    word.lastIndex = 0;
  }
  return words;
}

/** The shell of a page. */
export function shellOf(markdown: string): string {
  return [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code]) => code).join('\n');
}
