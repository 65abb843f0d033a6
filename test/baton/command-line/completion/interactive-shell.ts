// Real shells that complete a command line: bash and zsh at a terminal of their own, fish by its own question for it.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** Why a shell cannot be tried here, if it cannot. */
export function findObstacle(shell: Shell): string | undefined {
  if (spawnSync(shell, ['-c', 'true']).status !== 0) return `${shell} is not installed`;
  if (shell === 'fish') return undefined;
  return spawnSync('script', ['--version']).stdout?.includes('util-linux')
    ? undefined
    : 'the command script of util-linux, which makes terminals, is not installed';
}

export interface Completer {
  /** What the shell offers for the last word of a line, sorted, without its `--flag=`. */
  complete(line: string): Promise<readonly string[]>;
}

export interface CompleterOptions {
  /** Where the shell runs: what it offers as paths lies here. */
  readonly folder: string;
  readonly programName: string;
  /** The path of the script to read. */
  readonly script: string;
}

/** Starts a shell that has read a completion script. It ends with the test. */
export async function startCompleter(t: TestContext, shell: Shell, options: CompleterOptions): Promise<Completer> {
  const offered = shell === 'fish' ? askFish(options) : await startTerminal(t, shell, options);
  return {
    complete: async (line) => {
      const words = await offered(line);
      return words.map((word) => word.replace(/^--[\w-]+=/, '').replace(/\/$/, '')).sort();
    },
  };
}

type Offer = (line: string) => Promise<readonly string[]>;

function askFish({ folder, programName, script }: CompleterOptions): Offer {
  return async (line) => {
    const ask = 'source $argv[1]; complete -C $argv[2]';
    const argv = ['--no-config', '-c', ask, script, `${programName} ${line}`];
    const { stdout } = await promisify(execFile)('fish', argv, { cwd: folder, env: environment(folder) });
    return stdout.split('\n').flatMap((offer) => offer.split('\t')[0] || []);
  };
}

/** A key that puts all that the shell offers on the line, and what must be said to the shell before it does. */
const inserters = {
  bash: { start: 'bash --norc --noprofile -i', key: '\x1b*', say: ['bind "set bell-style none"'] },
  zsh: {
    start: 'zsh -f -i',
    key: '\x18a',
    say: [
      'autoload -Uz compinit; compinit -u -D',
      'zle -C all-matches complete-word _generic; bindkey "^Xa" all-matches',
      'zstyle ":completion:all-matches::::" completer _all_matches _complete',
      'zstyle ":completion:all-matches:*" insert true',
      'unsetopt beep',
    ],
  },
} as const;

async function startTerminal(
  t: TestContext,
  shell: 'bash' | 'zsh',
  { folder, programName, script }: CompleterOptions,
): Promise<Offer> {
  const { start, key, say } = inserters[shell];
  const child = spawn('script', ['-qefc', start, '/dev/null'], {
    cwd: folder,
    env: environment(folder),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(async () => {
    child.kill('SIGKILL');
    child.stdout.destroy();
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    shown += text;
  });
  /** Types, and waits until the terminal shows something. */
  const type = async (text: string, pattern: RegExp) => {
    shown = '';
    child.stdin.write(text);
    for (;;) {
      const match = pattern.exec(shown);
      if (match) return match[0];
      await once(child.stdout, 'data');
    }
  };
  // What is typed is shown too: the quotes in it keep it from matching.
  const end = (text: string) => text.replace('_', "''_");
  for (const line of say) child.stdin.write(`${line}\n`);
  // In place of the program, a function shows its arguments.
  child.stdin.write(`${programName}() { printf '<%s>' "$@"; echo ${end('END_OF_ARGUMENTS')}; }\n`);
  await type(`source '${script}'; PS1='${end('NEXT_')}> '; echo ${end('NOW_READY')}\n`, /NOW_READY\r*\n.*NEXT_> /s);
  return async (line) => {
    const answer = await type(`${programName} ${line}${key}\n`, /[^\n]*END_OF_ARGUMENTS.*NEXT_> /s);
    const words = Array.from(answer.split('END_OF')[0]?.matchAll(/<([^>]*)>/g) ?? [], ([, word]) => word ?? '');
    // What stood before the last word; and a last word to which nothing is offered stays as it is.
    const typed = line.split(' ');
    const offered = words.slice(typed.length - 1);
    return offered.length === 1 && offered[0] === typed.at(-1) ? [] : offered;
  };
}

function environment(folder: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, TERM: 'dumb', HOME: join(folder, 'home'), LANG: 'C.UTF-8' };
}
