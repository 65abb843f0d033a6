// The completion script for bash 3.2 and later.
import type { CompletionPlan, FlagCompletion, ValueCompletion } from './completion-plan.ts';

/** Formats a script that makes bash complete the command line of a program. */
export function formatBashCompletion({ programName, flags, commands }: CompletionPlan): string {
  const name = `_${programName.replaceAll(/\W/g, '_')}`;
  const all = [flags, ...commands.map((command) => command.flags)];
  const shared = names(flags).filter((flag) => all.every((some) => names(some).includes(flag)));
  const own = (some: readonly FlagCompletion[]) => names(some).filter((flag) => !shared.includes(flag));
  return `# Completions of ${programName} for bash. To load them: eval "$(${programName} completion bash)"

${name}() {
  COMPREPLY=()
  # The words up to the cursor as ${programName} gets them: bash has also split them at = and :.
  local rest=\${COMP_LINE:0:COMP_POINT} piece
  local -a words=()
  for piece in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ \${#words[@]} -eq 0 || $rest == [[:space:]]* ]]; then
      rest=\${rest#"\${rest%%[![:space:]]*}"}
      words+=('')
    fi
    words[\${#words[@]}-1]+=$piece
    rest=\${rest#"$piece"}
  done

  # The command, and the flag whose value is at the cursor.
  local last=$((\${#words[@]} - 1)) command='' flag='' index
  for ((index = 1; index < last; index++)); do
    if [[ -n $flag ]]; then
      flag=''
      continue
    fi
    case \${words[index]} in
      ${takingValue(all).join(' | ')}) flag=\${words[index]} ;;
      -*) ;;
      *) [[ -n $command ]] || command=\${words[index]} ;;
    esac
  done

  local current=\${words[last]} choices='' start=''
  if [[ -z $flag && $current == --*=* ]]; then
    flag=\${current%%=*}
    current=\${current#*=}
    # If bash has not split the word, it replaces all of it.
    [[ $COMP_WORDBREAKS == *=* ]] || start=$flag=
  fi
  if [[ -n $flag ]]; then
    case "$command $flag" in
${formatValues(flags, commands)}
    esac
  elif [[ $current == -* ]]; then
    case $command in
${commands.map((command) => `      ${command.name}) choices='${own(command.flags).join(' ')}' ;;`).join('\n')}
      *) choices='${own(flags).join(' ')}' ;;
    esac
    choices+=' ${shared.join(' ')}'
  else
    case $command in
      '') choices='${commands.map((command) => command.name).join(' ')}' ;;
${commands
  .filter(({ words }) => words.length > 0)
  .map((command) => `      ${command.name}) choices='${command.words.join(' ')}' ;;`)
  .join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -P "$start" -W "$choices" -- "$current"))
}

# Bash 3.2 cannot request paths during completion: there they are the fallback.
if type compopt &>/dev/null; then
  complete -F ${name} ${programName}
else
  complete -o default -F ${name} ${programName}
fi
`;
}

function names(flags: readonly FlagCompletion[]): readonly string[] {
  return flags.flatMap(({ name, shorthand }) => [`--${name}`, ...(shorthand ? [`-${shorthand}`] : [])]);
}

/** The flags whose value may be the next word. */
function takingValue(all: readonly (readonly FlagCompletion[])[]): readonly string[] {
  return [...new Set(all.flatMap((flags) => names(flags.filter(({ value }) => value.kind !== 'none'))))].sort();
}

/** Formats the arms of a case over `COMMAND FLAG`. A flag with the same values in all commands has one arm. */
function formatValues(flags: readonly FlagCompletion[], commands: CompletionPlan['commands']): string {
  const actionsOf = new Map<string, Map<string, string>>();
  for (const { name, flags: own } of [{ name: '', flags }, ...commands]) {
    for (const flag of own) {
      for (const spelling of names([flag])) {
        const actions = actionsOf.get(spelling) ?? new Map();
        actionsOf.set(spelling, actions.set(name, toAction(flag.value)));
      }
    }
  }
  const patternsOf = new Map<string, string[]>();
  for (const [flag, actions] of actionsOf) {
    const isOne = new Set(actions.values()).size === 1;
    for (const [command, action] of isOne ? [...actions].slice(0, 1) : actions) {
      const patterns = patternsOf.get(action) ?? [];
      patternsOf.set(action, [...patterns, isOne ? `*' ${flag}'` : `'${command} ${flag}'`]);
    }
  }
  patternsOf.delete('');
  return [...patternsOf].map(([action, patterns]) => `      ${patterns.join(' | ')})\n        ${action} ;;`).join('\n');
}

function toAction(value: ValueCompletion): string {
  switch (value.kind) {
    case 'choice':
      return `choices='${value.choices.join(' ')}'`;
    case 'none':
      return "choices='false true'";
    case 'file':
      return '! type compopt &>/dev/null || compopt -o default';
    case 'folder':
      return '! type compopt &>/dev/null || compopt -o dirnames';
    case 'text':
      return '';
  }
}
