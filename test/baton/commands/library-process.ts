// A process that runs `serve` for a made-up library, with the signals of a real one. Getting a book takes until the
// process is told to stop, and longer than that for the book `endless`.
import { once } from 'node:events';
import { StopRequest } from '../../../src/baton/author/host.ts';
import { runCommandLine } from '../../../src/baton/command-line/run-command-line.ts';
import { serveCommand } from '../../../src/baton/commands/serve.ts';
import { buildResource } from '../../../src/baton/messages/resource.ts';
import { bookType, createLibrary } from '../library-connector.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const request = new StopRequest(signal);
    if (stop.signal.aborted) {
      process.exit(request.exitCode);
    }
    stop.abort(request);
  });
}

const { connector } = createLibrary();
const resourceTypes = connector.resourceTypes.map((syncer) => ({
  ...syncer,
  get: async ({ id }: { id: { resource: string } }) => {
    process.stdout.write(`getting ${id.resource}\n`);
    await once(stop.signal, 'abort');
    if (id.resource === 'endless') {
      process.stdout.write('not stopping\n');
      await new Promise(() => {});
    }
    return buildResource({ type: bookType, id: id.resource, displayName: 'At last' });
  },
}));

process.exitCode = await runCommandLine(
  {
    name: 'baton-library',
    version: '1.2.3',
    fields: [],
    connector: () => ({ ...connector, resourceTypes }),
  },
  { default: serveCommand, named: [serveCommand] },
  {
    argv: process.argv.slice(2),
    env: {},
    cwd: process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
    signal: stop.signal,
  },
);
