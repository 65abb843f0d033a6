// The made-up program as a process of its own, for tests that look at a real one.

import { StopRequest } from '../../../src/baton/author/host.ts';
import { runCommandLine } from '../../../src/baton/command-line/run-command-line.ts';
import { libraryCard, libraryCommands, libraryProgram, shelves } from './library-program.ts';

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort(new StopRequest('SIGTERM')));

const commands = libraryCommands(async ({ settings, logger, host, arguments: words }) => {
  if (words[0] === 'wait') {
    host.stdout.write('waiting\n');
    // A pending promise alone keeps no process alive.
    const alive = setInterval(() => {}, 60_000);
    try {
      await new Promise((_, reject) => host.signal.addEventListener('abort', () => reject(host.signal.reason)));
    } finally {
      clearInterval(alive);
    }
  }
  for (let shelf = 1; shelf <= settings.get(shelves); shelf++) {
    logger.info({ shelf, card: settings.get(libraryCard) }, 'x'.repeat(200));
  }
  throw new Error(`no shelf for ${settings.get(libraryCard)}`);
});

process.exitCode = await runCommandLine(libraryProgram, commands, {
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stop.signal,
});
