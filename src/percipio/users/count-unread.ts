// Reports which values of users could not be read.
import type { Reporter } from 'baton-connector-sdk';
import type { UnreadCounts } from '../api/lenient.ts';

/** Each value once: for the call whose request has read it. */
export function countUnread(unread: UnreadCounts, reporter: Pick<Reporter, 'countSkipped'>): void {
  for (const [field, count] of unread) {
    reporter.countSkipped(
      field === 'null' ? 'entries of the list of users that are null' : `unreadable values of users: ${field}`,
      count,
    );
  }
}
