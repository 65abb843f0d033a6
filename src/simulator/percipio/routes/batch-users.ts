// Batches of user writes and their polls.
import type { Route } from '../http/router.ts';
import type { BatchRequests } from '../users/batch-requests.ts';

const BATCHES_PATH = '/user-management/v1/organizations/:organizationId/batch-users-request';

export function batchUserRoutes(batches: BatchRequests): Route[] {
  return [
    { method: 'POST', path: BATCHES_PATH, handle: ({ body }) => batches.request(body) },
    { method: 'GET', path: `${BATCHES_PATH}/:batchId`, handle: ({ params }) => batches.poll(params.batchId ?? '') },
  ];
}
