import { CircusError } from '#libs/protocol';
import { UsageError } from '../command.ts';
import { completionScripts } from '../completion-scripts.ts';
import { defineCommand } from '../define-command.ts';

/** Beyond the manual; the original has a file for bash alone. */
export const completion = defineCommand({
  name: 'completion',
  summary: 'Print the completion script of a shell: bash, zsh or fish',
  description: `Prints a script that completes commands, flags, watchers, options, pids and signals of
circusctl by the tab key. Watchers, options and pids are those of the circusd that answers at
CIRCUSCTL_ENDPOINT, at the --endpoint typed, or at the default; without one the rest is completed.

  bash   source <(circusctl completion bash)    in ~/.bashrc
  zsh    source <(circusctl completion zsh)     in ~/.zshrc, after compinit
  fish   circusctl completion fish | source     in ~/.config/fish/config.fish

Scripts for the original's completion work too: with AUTO_COMPLETE=1, COMP_WORDS and COMP_CWORD set,
circusctl prints the words that fit on one line and exits 1.`,
  manual: '-',
  properties: {},
  isReadOnly: true,
  usage: '<shell>',
  examples: ['circusctl completion bash', 'circusctl completion fish'],
  execute() {
    throw new CircusError('invalid_message', 'invalid message. circusctl prints it by itself');
  },
  toProperties: () => ({}),
  async runInClient({ words: [shell = ''] }, { writeLine }) {
    const script = completionScripts.get(shell);
    if (script !== undefined) return writeLine(script);
    const known = [...completionScripts.keys()].join(', ');
    throw new UsageError(`shell should be one of ${known}, not '${shell}'`);
  },
});
