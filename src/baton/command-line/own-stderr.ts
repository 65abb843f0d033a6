// Who writes to stderr: the log, a terminal's live lines, or a log of JSON lines that must have nothing else there.
import type { Host, Output } from '../author/host.ts';
import type { Settings } from '../config/field.ts';
import { logFormat, logPath } from '../config/fields/log.ts';
import { Screen } from '../log/screen.ts';
import type { Command } from './command.ts';

/**
 * Whether stderr has nothing but lines of JSON, so that a program can read it: the user has chosen the log format
 * `json`, or the command has a log for machines.
 */
export function isJsonOnly(settings: Settings, command: Command | undefined): boolean {
  if (settings.sourceOf(logFormat) === 'default') return command?.jsonLogFields !== undefined;
  return settings.get(logFormat) === 'json';
}

/** Whether stderr is a terminal that can move its cursor. */
export function mayRedraw({ stderr, env }: Host): boolean {
  return stderr.isTTY === true && env.TERM !== 'dumb';
}

export function logsToStderr(settings: Settings): boolean {
  const paths = settings.get(logPath);
  return paths.length === 0 || paths.includes('stderr');
}

/** The host with a screen on its terminal: what commands and the log write goes above the screen's lines. */
export function withScreen(host: Host): { readonly host: Host; readonly screen: Screen } {
  const screen = new Screen(host.stderr);
  const stdout = host.stdout.isTTY ? screen.above(host.stdout) : host.stdout;
  return { host: replaceOutputs(host, { stdout, stderr: screen.above(host.stderr) }), screen };
}

/** The host with a stderr whose lines become lines of the log. */
export function withLoggedStderr(host: Host, log: (line: string) => void): Host {
  const stderr: Output = {
    write: (text, written) => {
      for (const line of text.split('\n')) if (line !== '') log(line);
      written?.();
    },
  };
  return replaceOutputs(host, { stdout: host.stdout, stderr });
}

/** Not a copy of all members: to read `stdin` opens it. */
function replaceOutputs(host: Host, outputs: Pick<Host, 'stdout' | 'stderr'>): Host {
  return Object.create(host, {
    stdout: { value: outputs.stdout },
    stderr: { value: outputs.stderr },
  });
}
