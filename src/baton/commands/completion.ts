// `completion`: scripts that make a shell complete the command line.

import { UsageError } from '../author/usage-error.ts';
import type { Command } from '../command-line/command.ts';
import { formatBashCompletion } from '../command-line/completion/bash-completion.ts';
import { type CompletionPlan, planCompletion } from '../command-line/completion/completion-plan.ts';
import { formatFishCompletion } from '../command-line/completion/fish-completion.ts';
import { formatZshCompletion } from '../command-line/completion/zsh-completion.ts';

const formats: Readonly<Record<string, (plan: CompletionPlan) => string>> = {
  bash: formatBashCompletion,
  fish: formatFishCompletion,
  zsh: formatZshCompletion,
};
const shells = Object.keys(formats);

export const completionCommand: Command = {
  name: 'completion',
  summary: 'Print a script for shell completion',
  description: (program) =>
    [
      `Print a script that makes a shell complete commands, flags and their values, once ${program} is installed.`,
      '',
      `  bash  in ~/.bashrc: eval "$(${program} completion bash)"`,
      `  fish  ${program} completion fish > ~/.config/fish/completions/${program}.fish`,
      `  zsh   in ~/.zshrc, after compinit: source <(${program} completion zsh)`,
    ].join('\n'),
  argumentNames: shells.join('|'),
  argumentChoices: shells,
  needsConnectorSettings: false,
  async run({ program, commands, arguments: words, host }) {
    const [shell = '', ...more] = words;
    const format = Object.hasOwn(formats, shell) ? formats[shell] : undefined;
    if (!format || more.length > 0) {
      throw new UsageError([`completion: expects one shell: ${shells.join(', ')}`]);
    }
    host.stdout.write(format(planCompletion(program, commands)));
    return 0;
  },
};
