// The completion script for fish.
import type { CompletionPlan, FlagCompletion, ValueCompletion } from './completion-plan.ts';

/** Stands for the missing name of a command. */
const noCommand = '-';

/** Formats a script that makes fish complete the command line of a program. */
export function formatFishCompletion({ programName, flags, commands }: CompletionPlan): string {
  const name = `__${programName.replaceAll(/\W/g, '_')}`;
  const complete = `complete -c ${programName}`;
  const during = (names: readonly string[]) => ` -n '${name}_during ${names.join(' ')}'`;
  const sets = [{ name: noCommand, flags, words: [] }, ...commands];
  return `# Completions of ${programName} for fish. To load them: ${programName} completion fish | source

# The command named before the cursor, or -.
function ${name}_command
    set -l value_follows no
    for token in (commandline -opc)[2..]
        if test $value_follows = yes
            set value_follows no
        else if contains -- $token ${takingValue(sets.flatMap((set) => set.flags)).join(' ')}
            set value_follows yes
        else if not string match -q -- '-*' $token
            echo $token
            return
        end
    end
    echo '${noCommand}'
end

function ${name}_during
    contains -- (${name}_command) $argv
end

${complete} -f
${commands.map((command) => `${complete}${during([noCommand])} -a ${command.name} -d ${quote(command.summary)}`).join('\n')}
${commands
  .filter(({ words }) => words.length > 0)
  .map((command) => `${complete}${during([command.name])} -a ${quote(command.words.join(' '))}`)
  .join('\n')}
${groupAlike(sets)
  .map(({ options, names }) => complete + (names.length === sets.length ? '' : during(names)) + options)
  .join('\n')}
`;
}

function takingValue(flags: readonly FlagCompletion[]): readonly string[] {
  const taking = flags.filter(({ value }) => value.kind !== 'none');
  return [...new Set(taking.flatMap(({ name, shorthand }) => [`--${name}`, ...(shorthand ? [`-${shorthand}`] : [])]))];
}

/** Groups the flags that are the same in several commands, so that each is declared once. */
function groupAlike(sets: readonly { readonly name: string; readonly flags: readonly FlagCompletion[] }[]) {
  const commandsOf = new Map<string, string[]>();
  for (const { name, flags } of sets) {
    for (const options of flags.map(toOptions)) {
      commandsOf.set(options, [...(commandsOf.get(options) ?? []), name]);
    }
  }
  return Array.from(commandsOf, ([options, names]) => ({ options, names }));
}

function toOptions({ name, shorthand, description, value }: FlagCompletion): string {
  return `${shorthand ? ` -s ${shorthand}` : ''} -l ${name}${toValueOptions(value)} -d ${quote(description)}`;
}

function toValueOptions(value: ValueCompletion): string {
  switch (value.kind) {
    case 'choice':
      return ` -x -a ${quote(value.choices.join(' '))}`;
    case 'file':
      return ' -r -F';
    case 'folder':
      return " -x -a '(__fish_complete_directories)'";
    case 'text':
      return ' -x';
    case 'none':
      return '';
  }
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
