// The completion script for zsh.
import type { CompletionPlan, FlagCompletion, ValueCompletion } from './completion-plan.ts';

/** Formats a script that zsh can `source` or find on its `fpath`, in a file named `_` plus the program's name. */
export function formatZshCompletion({ programName, flags, commands }: CompletionPlan): string {
  const name = `_${programName}`;
  return `#compdef ${programName}
# Completions of ${programName} for zsh. To load them: source <(${programName} completion zsh)

${name}() {
  local curcontext=$curcontext context state state_descr line ret=1
  local -A opt_args
  _arguments -s -S -C -A '-*' \\
${formatFlags(flags)} \\
    '1: :${name}_commands' \\
    '*:: :->command' && ret=0
  if [[ $state == command ]]; then
    case $words[1] in
${commands
  .map(({ name: command, flags: own, words }) => {
    const specs = [
      formatFlags(own, 10),
      ...(words.length > 0 ? [`          ${quote(`1: :(${words.join(' ')})`)}`] : []),
    ];
    return `      ${command})
        _arguments -s -S \\
${specs.filter(Boolean).join(' \\\n')} && ret=0
        ;;`;
  })
  .join('\n')}
    esac
  fi
  return ret
}

${name}_commands() {
  local -a commands=(
${commands.map((command) => `    ${quote(`${command.name}:${command.summary}`)}`).join('\n')}
  )
  _describe -t commands command commands
}

# On fpath, this file is the function itself; when sourced, it only defines it.
if [[ $funcstack[1] == ${name} ]]; then
  ${name} "$@"
else
  compdef ${name} ${programName}
fi
`;
}

function formatFlags(flags: readonly FlagCompletion[], indent = 4): string {
  return flags
    .flatMap(toSpecs)
    .map((spec) => ' '.repeat(indent) + quote(spec))
    .join(' \\\n');
}

/** The specifications of a flag for _arguments: one per spelling, each of which excludes the other. */
function toSpecs({ name, shorthand, description, value, isList }: FlagCompletion): readonly string[] {
  const takesValue = value.kind !== 'none';
  const both = shorthand ? [`-${shorthand}`, `--${name}`] : [`--${name}`];
  const repetition = isList ? '*' : both.length > 1 ? `(${both.join(' ')})` : '';
  const tail = `[${description.replaceAll(/[\\[\]:]/g, '\\$&')}]${takesValue ? `:${name}:${toAction(value)}` : ''}`;
  return both.map((flag) => `${repetition}${flag}${takesValue ? (flag.startsWith('--') ? '=' : '+') : ''}${tail}`);
}

function toAction(value: ValueCompletion): string {
  switch (value.kind) {
    case 'choice':
      return `(${value.choices.join(' ')})`;
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    default:
      return ' ';
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
