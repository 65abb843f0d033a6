// Reports which values that Percipio sent could not be read.
import type { Reporter } from 'baton-connector-sdk';
import type { UnreadCounts } from './api/lenient.ts';

/**
 * Each value once: for the call whose request has read it.
 * @param what - What has the values, in the plural: `users`.
 * @param list - What lists them.
 */
export function countUnread(
  unread: UnreadCounts,
  what: string,
  reporter: Pick<Reporter, 'countSkipped'>,
  list = `list of ${what}`,
): void {
  for (const [field, count] of unread) {
    reporter.countSkipped(
      field === 'null' ? `entries of the ${list} that are null` : `unreadable values of ${what}: ${field}`,
      count,
    );
  }
}
