// `inspect`: answers questions about a .c1z file: who has what, what changed, who left.
import type { Command } from '../command-line/command.ts';
import { choiceField, stringField } from '../config/create-field.ts';
import { syncToShow } from '../config/fields/inspect.ts';
import { output } from '../config/fields/run.ts';
import { readMaxDatabaseBytes } from '../config/size-limit.ts';
import { readTemporaryFolder } from '../config/temporary-folder.ts';
import { limitHeapGrowth, limitYoungHeap } from '../sync/limit-heap-growth.ts';

const common = { exportTarget: 'none' } as const;

const user = stringField({
  ...common,
  name: 'user',
  description: 'Only grants of this user: an id, e-mail address, login or name',
});
const resource = stringField({
  ...common,
  name: 'resource',
  description: 'Only grants on this resource: an id or a name',
});
const entitlement = stringField({
  ...common,
  name: 'entitlement',
  description: 'Only grants of these entitlements: an id, a name, or a word such as completed',
});
const status = choiceField({
  ...common,
  name: 'status',
  description: 'Only resources with this status, or grants of users with it: enabled, disabled or deleted',
  oneOf: ['enabled', 'disabled', 'deleted'],
});
const format = choiceField({
  ...common,
  name: 'format',
  description:
    'Format of an export: csv, ndjson or xlsx (default: from the name of the file; otherwise csv, or ndjson with --output json)',
  oneOf: ['csv', 'ndjson', 'xlsx'],
});
const to = stringField({ ...common, name: 'to', description: 'File for an export (default: stdout)', pathTo: 'file' });

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'Look into a .c1z file: who has what, what changed, who left',
  description: `Look into a .c1z file of any Baton connector, without changing it. Without a query it shows what the file holds. Queries:
  users, roles, …               resources of a type of the file, by its plural
  resources [TYPE]              all resources
  entitlements                  what can be granted
  grants                        who has what; see --user, --resource, --entitlement, --status
  access WHO                    what a user has, and through what
  who WHAT                      who has a resource or an entitlement
  leavers                       disabled or missing accounts that still have grants
  diff [OTHER.c1z | SYNC SYNC]  what changed since the previous sync, or between two files (exit code 1 if anything changed)
  export QUERY                  the table of a query as CSV, NDJSON or XLSX; see --format and --to`,
  fields: [user, resource, entitlement, status, syncToShow, format, to, output],
  argumentNames: 'FILE [QUERY …]',
  needsConnectorSettings: false,
  async run({ settings, logger, host, arguments: words }) {
    // It makes much garbage and keeps little, as a sync does.
    using _heap = limitHeapGrowth();
    using _young = limitYoungHeap();
    // Loaded here: the other commands do not need it.
    const { runInspect } = await import('../inspect/run-inspect.ts');
    return await runInspect({
      words,
      output: settings.get(output),
      filters: {
        user: settings.get(user),
        resource: settings.get(resource),
        entitlement: settings.get(entitlement),
        status: settings.get(status),
      },
      sync: settings.get(syncToShow),
      format: settings.get(format),
      to: settings.get(to),
      open: {
        temporaryFolder: readTemporaryFolder(settings, host.env),
        maxDatabaseBytes: readMaxDatabaseBytes(host.env, logger),
        signal: host.signal,
      },
      host,
      now: new Date(),
    });
  },
};
