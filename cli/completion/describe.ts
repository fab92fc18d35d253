// What a shell can complete, read from the description that the parser itself works with.
import type { Command, Option } from 'commander';

/** An option as it is typed. */
export interface CompletableOption {
  /** `--user-agent`, and `-q` where there is a short one. */
  readonly flags: readonly string[];
  readonly help: string;
  /** What follows it: nothing, one of these words, a file or folder, or a text that nobody can guess. */
  readonly value: 'none' | 'file' | 'text' | readonly string[];
}

/** A command as it is typed. */
export interface CompletableCommand {
  readonly name: string;
  readonly help: string;
  readonly options: readonly CompletableOption[];
  /** The words that its first argument can be. */
  readonly words: readonly string[];
  /** Whether an argument can be a file. */
  readonly takesFile: boolean;
}

/** Every command of a program, with the options that its help shows. */
export function completable(program: Command): readonly CompletableCommand[] {
  return program.commands.map((command) => {
    const help = command.createHelp();
    const [first] = command.registeredArguments;
    return {
      name: command.name(),
      help: command.summary() || command.description(),
      options: help.visibleOptions(command).map(optionOf),
      words: first?.argChoices ?? [],
      takesFile: command.registeredArguments.some((one) => /trace|path/.test(one.name())),
    };
  });
}

function optionOf(option: Option): CompletableOption {
  const flags = [...option.flags.matchAll(/(?:^|[ ,])(--?[\w-]+)/g)].map((match) => match[1] ?? '');
  return { flags, help: firstPart(option.description), value: kindOfValue(option) };
}

function kindOfValue(option: Option): CompletableOption['value'] {
  if (option.argChoices) return option.argChoices;
  if (!option.required && !option.optional) return 'none';
  return /<(?:file|dir)>/.test(option.flags) ? 'file' : 'text';
}

/** Shells show one line. */
const firstPart = (text: string): string => text.split(/[;(]/, 1)[0]?.trim() ?? text;
