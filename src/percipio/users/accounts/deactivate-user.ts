// What a deletion becomes: Percipio deletes nobody.
import type { Context, DeleteOutcome, DeleteRequest } from 'baton-connector-sdk';
import type { PercipioContext } from '../../context.ts';
import { tryChange } from './change-account.ts';
import { parseUserId } from './user-id.ts';

/** Deactivates a person, who can no longer sign in and keeps their learning history. Who is inactive stays so. */
export async function deactivateUser(
  percipio: PercipioContext,
  { id }: DeleteRequest,
  context: Context,
): Promise<DeleteOutcome> {
  const change = await tryChange(
    percipio,
    parseUserId(id.resource),
    ({ isActive }) => (isActive === false ? undefined : { isActive: false }),
    context,
  );
  return change ? 'deleted' : 'does-not-exist';
}
