// The ids of Percipio's people.

import { Code, ServiceError } from 'baton-connector-sdk';
import { z } from 'zod';

/** A UUID. Checked so that nothing else becomes a part of a path. */
export const userId = z.guid('must be the id of a user in Percipio, a UUID');

/** @throws ServiceError INVALID_ARGUMENT */
export function parseUserId(id: string): string {
  const parsed = userId.safeParse(id);
  if (!parsed.success) {
    throw new ServiceError(
      Code.InvalidArgument,
      `resource_id: ${JSON.stringify(id)} is not the id of a user in Percipio, which is a UUID`,
      { reason: 'invalid_user_id' },
    );
  }
  return parsed.data;
}
