// Runs the command line of this process: the program, its commands, signals, and the exit code.
import packageJson from '../package.json' with { type: 'json' };
import type { Program } from './baton/author/program.ts';
import type { CommandSet } from './baton/command-line/command.ts';
import { runCommandLine } from './baton/command-line/run-command-line.ts';
import { StopRequest } from './baton/command-line/stop-request.ts';
import { capabilitiesCommand } from './baton/commands/capabilities.ts';
import { completionCommand } from './baton/commands/completion.ts';
import { configCommand } from './baton/commands/config.ts';
import { connectorServiceCommand } from './baton/commands/connector-service.ts';
import { harnessCommand } from './baton/commands/harness.ts';
import { healthCheckCommand } from './baton/commands/health-check.ts';
import { runCommand } from './baton/commands/run.ts';
import { serveCommand } from './baton/commands/serve.ts';
import { simulateCommand } from './commands/simulate.ts';
import { percipioFields } from './percipio/config.ts';
import { createPercipioConnector } from './percipio/connector.ts';

const program: Program = {
  name: packageJson.name,
  version: packageJson.version,
  fields: percipioFields,
  createConnector: createPercipioConnector,
};

const commands: CommandSet = {
  default: runCommand,
  named: [
    capabilitiesCommand,
    completionCommand,
    configCommand,
    connectorServiceCommand,
    harnessCommand,
    healthCheckCommand,
    serveCommand,
    simulateCommand,
  ],
};

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const request = new StopRequest(signal);
    // Who asks twice does not want to wait.
    if (stop.signal.aborted) {
      process.exit(request.exitCode);
    }
    stop.abort(request);
  });
}

for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read it has gone (`… config | head`): no reason to fail.
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') {
      throw error;
    }
  });
}

process.exitCode = await runCommandLine(program, commands, {
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  // Opened when it is read: most commands never do.
  get stdin() {
    return process.stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stop.signal,
});
