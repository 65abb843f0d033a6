// `explore`: shows a .c1z file in a browser.
import { UsageError } from '../author/usage-error.ts';
import type { Command } from '../command-line/command.ts';
import { boolField, intField } from '../config/create-field.ts';
import { syncToShow } from '../config/fields/inspect.ts';
import { readMaxDatabaseBytes } from '../config/size-limit.ts';
import { readTemporaryFolder } from '../config/temporary-folder.ts';

const common = { exportTarget: 'none' } as const;

const port = intField({
  ...common,
  name: 'port',
  description: 'Port on 127.0.0.1, 0 for any free port',
  default: 0,
  gte: 0,
  lte: 65_535,
});
const open = boolField({ ...common, name: 'open', description: 'Open the page in a browser' });

export const exploreCommand: Command = {
  name: 'explore',
  summary: 'Look into a .c1z file in a browser: who has what, what changed',
  description:
    'Look into a .c1z file of any Baton connector in a browser. It prints the URL of a page, which only works on this machine and with the token in it. The file is not changed. Press Ctrl-C to stop.',
  fields: [syncToShow, port, open],
  argumentNames: 'FILE',
  needsConnectorSettings: false,
  async run({ settings, logger, host, arguments: words }) {
    const [path, ...others] = words;
    if (path === undefined || others.length > 0) throw new UsageError(['name one .c1z file: explore FILE']);
    // Loaded here: the other commands do not need it.
    const { runExplore } = await import('../explore/run-explore.ts');
    return await runExplore({
      path,
      sync: settings.get(syncToShow),
      port: settings.get(port),
      opens: settings.get(open),
      open: {
        temporaryFolder: readTemporaryFolder(settings, host.env),
        maxDatabaseBytes: readMaxDatabaseBytes(host.env, logger),
        signal: host.signal,
      },
      host,
    });
  },
};
