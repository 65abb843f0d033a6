// Settings of the default command that Go connectors do not have.
import { boolField, choiceField, durationField, stringField } from '../create-field.ts';

export const output = choiceField({
  name: 'output',
  description: 'Output format: text for humans, json for scripts',
  oneOf: ['text', 'json'],
  default: 'text',
  exportTarget: 'none',
});

/** Go connectors retry without limit. */
export const syncRetryTimeout = durationField({
  name: 'sync-retry-timeout',
  description:
    'How long to retry a call of a sync while the connector or its application is unavailable (1ms: not at all)',
  default: '15m',
  exportTarget: 'none',
});

/** Go connectors always continue a run that they find unfinished in their file. */
export const noResume = boolField({
  name: 'no-resume',
  description: 'Start over instead of continuing an unfinished sync to the same file',
  exportTarget: 'none',
});

export const noWait = boolField({
  name: 'no-wait',
  description: 'Fail instead of waiting while another sync writes the same file',
  exportTarget: 'none',
});

/** The Go syncer has such a limit (WithRunDuration in pkg/sync of baton-sdk v0.25.0), but no flag for it. */
export const syncTimeLimit = durationField({
  name: 'sync-time-limit',
  description: 'Stop a sync after this time, to be continued by the next run (default: no limit)',
  default: '10y',
  defaultText: '',
  exportTarget: 'none',
});

/** Go connectors do not compare. Without it, syncs are compared whose summary goes to a terminal. */
export const compare = boolField({
  name: 'compare',
  description: 'Show what changed since the previous full sync in the file (default: on a terminal)',
  exportTarget: 'none',
});

export const maxRemoved = stringField({
  name: 'max-removed',
  description:
    'Fail, and leave the file as it was, if a sync would remove more than this share of all grants, such as 30%; in service mode, since the last sync that this process uploaded',
  check: (text) => (parseShare(text) === undefined ? 'must be a percentage from 0% to 100%, such as 30%' : undefined),
  exportTarget: 'none',
});

/** `30%` as 0.3. */
export function parseShare(text: string): number | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text);
  const share = Number(match?.[1] ?? Number.NaN) / 100;
  return share <= 1 ? share : undefined;
}

/** Go connectors do not reveal the password to anyone. */
export const passwordFile = stringField({
  name: 'password-file',
  description: 'New file for the password of --create-account-login or --rotate-credentials, which is never printed',
  pathTo: 'file',
  hidden: true,
  exportTarget: 'none',
});

export const dryRun = boolField({
  name: 'dry-run',
  description: 'With a flag that requests a change: read, print what would be written, and write nothing',
  exportTarget: 'none',
});

export const changes = stringField({
  name: 'changes',
  description: 'CSV or NDJSON file with changes to apply, one per row',
  pathTo: 'file',
  exportTarget: 'none',
});

export const changesResults = stringField({
  name: 'changes-results',
  description:
    'File for the results of --changes; rows that it lists as done are skipped (default: the path of --changes with .results.ndjson)',
  pathTo: 'file',
  exportTarget: 'none',
});
