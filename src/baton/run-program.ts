// A connector as a program: the commands that every connector has, the process they run in, signals and the exit code.

import { type Host, StopRequest } from './author/host.ts';
import type { Program } from './author/program.ts';
import type { Command, CommandSet } from './command-line/command.ts';
import { runCommandLine } from './command-line/run-command-line.ts';
import { findStartCommand } from './command-line/start-command.ts';
import { capabilitiesCommand } from './commands/capabilities.ts';
import { completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { connectorServiceCommand } from './commands/connector-service.ts';
import { exploreCommand } from './commands/explore.ts';
import { harnessCommand } from './commands/harness.ts';
import { healthCheckCommand } from './commands/health-check.ts';
import { inspectCommand } from './commands/inspect.ts';
import { lambdaCommand } from './commands/lambda.ts';
import { runCommand } from './commands/run.ts';
import { serveCommand } from './commands/serve.ts';

export interface ProgramOptions extends Omit<Program, 'fields'> {
  /** The connector's own settings, beside those that every connector has. Default: none. */
  readonly fields?: Program['fields'];
  /** Commands of its own, beside those that every connector has. */
  readonly commands?: readonly Command[];
}

/**
 * Runs the command line of this process and sets its exit code: the whole `main` of a connector.
 *
 * The first SIGINT or SIGTERM asks the command to stop; the second one ends the process at once.
 */
export async function runProgram({ commands = [], ...options }: ProgramOptions): Promise<void> {
  const watch = keepWarnings();
  const program = { fields: [], ...options };
  disarmDebugger();
  process.exitCode = await runCommandLine(program, withStandardCommands(commands), {
    // Found when it is needed: most commands give no hint.
    get startCommand() {
      const { argv, execPath, env } = process;
      return findStartCommand({ programName: program.name, script: argv[1] ?? '', execPath, env, cwd: process.cwd() });
    },
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    // Opened when it is read: most commands never do.
    get stdin() {
      return process.stdin;
    },
    stdout: ignoreClosedPipe(process.stdout),
    stderr: ignoreClosedPipe(process.stderr),
    signal: abortOnSignal(),
    watch,
  });
}

/** Every command of a program whose own commands are `commands`. */
export function withStandardCommands(commands: readonly Command[]): CommandSet {
  const named = [
    capabilitiesCommand,
    completionCommand,
    configCommand,
    connectorServiceCommand,
    exploreCommand,
    harnessCommand,
    healthCheckCommand,
    inspectCommand,
    lambdaCommand,
    serveCommand,
    ...commands,
  ];
  return { default: runCommand, named };
}

/** Without a listener, Node opens its debugger on SIGUSR1, which any program of this machine can then control it through. */
function disarmDebugger(): void {
  process.on('SIGUSR1', () => {});
}

function abortOnSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const request = new StopRequest(signal);
      // Whoever asks twice does not want to wait.
      if (stop.signal.aborted) process.exit(request.exitCode);
      stop.abort(request);
    });
  }
  return stop.signal;
}

/** Warnings wait until it is known how the log is written: as they are, they would not be JSON. */
function keepWarnings(): NonNullable<Host['watch']> {
  const warnings: Error[] = [];
  let onWarning = (warning: Error): void => {
    warnings.push(warning);
  };
  // Node's own printer is not there if the user wants no warnings (NODE_NO_WARNINGS).
  if (process.listenerCount('warning') > 0) {
    process.removeAllListeners('warning');
    process.on('warning', (warning) => onWarning(warning));
  }
  return (watcher) => {
    onWarning = (warning) => watcher.onWarning(warning);
    warnings.forEach(onWarning);
    process.on('uncaughtException', (error: unknown) => process.exit(watcher.onUncaught(error)));
  };
}

/** A reader that has gone (`… config | head`) is no reason to fail. */
function ignoreClosedPipe(output: NodeJS.WriteStream): NodeJS.WriteStream {
  return output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
  });
}
