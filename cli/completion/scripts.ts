// Completion scripts for bash, zsh and fish. They hold all words themselves: nothing is started when Tab is pressed.
import type { CompletableCommand, CompletableOption } from './describe.ts';

/** The shells that there are scripts for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One of `shells`. */
export type Shell = (typeof shells)[number];

/** The script for a shell. */
export function completionScript(shell: Shell, commands: readonly CompletableCommand[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return zshScript(commands);
    default:
      return fishScript(commands);
  }
}

/** A text within single quotes, for bash and zsh. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const takesValue = ({ value }: CompletableOption): boolean => value !== 'none';
const flagsOf = (options: readonly CompletableOption[]): readonly string[] =>
  options.flatMap(({ flags }) => flags);

function bashScript(commands: readonly CompletableCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `# Completion of authchart for bash: eval "$(authchart completion bash)"
_authchart() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="" command="\${COMP_WORDS[1]}" words=""
  COMPREPLY=()
  ((COMP_CWORD > 0)) && before="\${COMP_WORDS[COMP_CWORD - 1]}"
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$word"))
    return
  fi
  case "$command" in
${commands.map(bashCommand).join('\n')}
  esac
  [[ -n "$words" ]] && COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -F _authchart authchart
`;
}

function bashCommand({ name, options, words, takesFile }: CompletableCommand): string {
  const cases = options.filter(takesValue).map(({ flags, value }) => {
    const action =
      typeof value === 'object' ? `words="${value.join(' ')}"` : value === 'file' ? bashFiles : 'return';
    return `        ${flags.join('|')}) ${action} ;;`;
  });
  const bare = [...words, ...flagsOf(options)].join(' ');
  const other = takesFile
    ? `if [[ "$word" == -* ]]; then words="${bare}"; else ${bashFiles}; fi`
    : `words="${bare}"`;
  const plain = words.length > 0 ? `words="${bare}"` : other;
  return `    ${name})
      case "$before" in
${[...cases, `        *) ${plain} ;;`].join('\n')}
      esac ;;`;
}

const bashFiles = 'compopt -o default';

function zshScript(commands: readonly CompletableCommand[]): string {
  const summaries = commands.map(({ name, help }) => `    ${quoted(`${name}:${help}`)}`);
  return `#compdef authchart
# Completion of authchart for zsh: source <(authchart completion zsh)
_authchart() {
  local -a commands
  commands=(
${summaries.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command="\${words[2]}"
  shift words
  ((CURRENT--))
  case "$command" in
${commands.map(zshCommand).join('\n')}
  esac
}
compdef _authchart authchart
`;
}

function zshCommand({ name, options, words, takesFile }: CompletableCommand): string {
  const first =
    words.length > 0 ? `'1:argument:(${words.join(' ')})'` : takesFile ? "'*:file:_files'" : "'*:argument: '";
  const specs = options.flatMap((option) => option.flags.map((flag) => zshOption(flag, option)));
  return `    ${name})
      _arguments \\
${[...specs, first].map((spec) => `        ${spec}`).join(' \\\n')} ;;`;
}

function zshOption(flag: string, { help, value }: CompletableOption): string {
  const about = help.replaceAll(/[[\]:\\]/g, ' ');
  const after =
    value === 'none'
      ? ''
      : typeof value === 'object'
        ? `:value:(${value.join(' ')})`
        : `:value:${value === 'file' ? '_files' : ' '}`;
  return quoted(`*${flag}[${about}]${after}`);
}

function fishScript(commands: readonly CompletableCommand[]): string {
  const lines = commands.flatMap((command) => {
    const here = `-n "__fish_seen_subcommand_from ${command.name}"`;
    const names = commands.map(({ name }) => name).join(' ');
    return [
      `complete -c authchart -f -n "not __fish_seen_subcommand_from ${names}" -a ${command.name} -d ${fishQuoted(command.help)}`,
      ...(command.takesFile ? [`complete -c authchart ${here} -F`] : []),
      ...command.words.map((word) => `complete -c authchart -f ${here} -a ${word}`),
      ...command.options.map((option) => `complete -c authchart ${here} ${fishOption(option)}`),
    ];
  });
  return `# Completion of authchart for fish: authchart completion fish | source\n${lines.join('\n')}\n`;
}

function fishOption({ flags, help, value }: CompletableOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const after =
    value === 'none'
      ? '-f'
      : typeof value === 'object'
        ? `-x -a "${value.join(' ')}"`
        : value === 'file'
          ? '-r -F'
          : '-x';
  return `${names.join(' ')} ${after} -d ${fishQuoted(help)}`;
}

const fishQuoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
