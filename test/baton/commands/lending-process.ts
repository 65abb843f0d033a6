// A process of the lending library's program.
import { runCommandLine } from '../../../src/baton/command-line/run-command-line.ts';
import { lendingCommands, lendingProgram } from './lending-program.ts';

process.exitCode = await runCommandLine(lendingProgram, lendingCommands, {
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: new AbortController().signal,
});
