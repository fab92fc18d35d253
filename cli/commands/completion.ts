// `authchart completion`: prints what makes a shell complete the commands, options and values of this one.
import { Argument, type Command } from 'commander';
import { completable } from '../completion/describe.ts';
import { completionScript, type Shell, shells } from '../completion/scripts.ts';
import { exitCodes } from '../failures.ts';
import type { Perform } from '../perform.ts';

const afterHelp = `
Prints a script. Add one of these lines to the file that your shell reads at its
start:
  ~/.bashrc                   eval "$(authchart completion bash)"
  ~/.zshrc, after compinit    source <(authchart completion zsh)
  ~/.config/fish/config.fish  authchart completion fish | source

It needs authchart in the PATH: npm install --global authchart xstate

Examples:
  authchart completion bash
  authchart completion fish > ~/.config/fish/completions/authchart.fish
`;

/** Adds the command. It describes the whole program, so it is loaded with all others. */
export function addCompletion(program: Command, perform: Perform): void {
  program
    .command('completion')
    .summary('print a script for your shell')
    .description('Print a script that lets your shell complete commands, options and values.')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .addHelpText('after', afterHelp)
    .action((shell: Shell) =>
      perform({}, undefined, async ({ printer }) => {
        const script = completionScript(shell, completable(program));
        printer.result({ script }, script.trimEnd());
        return exitCodes.done;
      }),
    );
}
