// GET of users: the list, one by id, and the look-ups by other names.
import { jsonAnswer, notFound } from '../http/answer.ts';
import { readPage, readUpdatedSinceMs } from '../http/query.ts';
import type { Route } from '../http/router.ts';
import type { PercipioUser, SimulatedData } from '../organization/api-objects.ts';

const USERS_PATH = '/user-management/v1/organizations/:organizationId/users';
const PAGE_SIZE_DEFAULT = 1000;

/**
 * The list is the users as they are at the time of each page, with their number in `x-total-count`. `externalUserId` is
 * compared exactly, login names and e-mail addresses without regard to case.
 */
export function userRoutes(data: SimulatedData): Route[] {
  const oneBy = (named: string, what: string, fits: (user: PercipioUser, wanted: string) => boolean): Route => ({
    method: 'GET',
    path: `${USERS_PATH}/${named}`,
    handle: ({ params }) => {
      const wanted = params.wanted ?? '';
      const user = data.users.find((each) => fits(each, wanted));
      if (user === undefined) {
        throw notFound(`No user with ${what} ${JSON.stringify(wanted)}`);
      }
      return jsonAnswer(user);
    },
  });
  return [
    {
      method: 'GET',
      path: USERS_PATH,
      handle: ({ query }) => {
        const { max, offset } = readPage(query, PAGE_SIZE_DEFAULT);
        const users = updatedSince(data.users, readUpdatedSinceMs(query));
        return jsonAnswer(users.slice(offset, offset + max), { 'x-total-count': String(users.length) });
      },
    },
    oneBy(':wanted', 'id', ({ id }, wanted) => id === wanted.toLowerCase()),
    oneBy('external-user-id/:wanted', 'externalUserId', ({ externalUserId }, wanted) => externalUserId === wanted),
    oneBy('login-name/:wanted', 'loginName', ({ loginName }, wanted) => isSameName(loginName, wanted)),
    oneBy(
      'login-name-or-email/:wanted',
      'loginName or email',
      ({ loginName, email }, wanted) => isSameName(loginName, wanted) || isSameName(email, wanted),
    ),
  ];
}

function isSameName(name: string | null | undefined, wanted: string): boolean {
  return name?.toLowerCase() === wanted.toLowerCase();
}

function updatedSince(users: readonly PercipioUser[], sinceMs: number | undefined): readonly PercipioUser[] {
  if (sinceMs === undefined) return users;
  return users.filter(
    ({ updatedAt }) => updatedAt !== null && updatedAt !== undefined && Date.parse(updatedAt) >= sinceMs,
  );
}
