// Users: the list, single users by id or another name, and writes.
import { type Answer, jsonAnswer, jsonTextAnswer, notFound } from '../http/answer.ts';
import { readPage, readUpdatedSinceMs } from '../http/query.ts';
import type { Route, RouteRequest } from '../http/router.ts';
import type { ListEntries } from '../odd/odd-value.ts';
import type { PercipioUser, SimulatedData } from '../organization/api-objects.ts';
import { isSameName, type UserStore } from '../users/user-store.ts';

const USERS_PATH = '/user-management/v1/organizations/:organizationId/users';
const PAGE_SIZE_DEFAULT = 1000;

/** The response to a successful write: the user, or nothing. */
export const WRITE_ANSWERS = ['user', 'empty'] as const;
export type WriteAnswers = (typeof WRITE_ANSWERS)[number];

interface UserRoutesOptions {
  readonly writeAnswers: WriteAnswers;
  readonly listed: ListEntries;
}

interface UserName {
  /** The path segment before the name. */
  readonly folder: string;
  readonly what: string;
  readonly fits: (user: PercipioUser, wanted: string) => boolean;
}

const ID: UserName = { folder: '', what: 'id', fits: ({ id }, wanted) => id === wanted.toLowerCase() };
const EXTERNAL_USER_ID: UserName = {
  folder: 'external-user-id/',
  what: 'externalUserId',
  fits: ({ externalUserId }, wanted) => isSameName(externalUserId, wanted),
};
const LOGIN_NAME: UserName = {
  folder: 'login-name/',
  what: 'loginName',
  fits: ({ loginName }, wanted) => isSameName(loginName, wanted),
};
const LOGIN_NAME_OR_EMAIL: UserName = {
  folder: 'login-name-or-email/',
  what: 'loginName or email',
  fits: ({ loginName, email }, wanted) => isSameName(loginName, wanted) || isSameName(email, wanted),
};

/**
 * Each page of the list shows the users as they are at that time, with the total in `x-total-count`. External ids, login
 * names and e-mail addresses are looked up without regard to case. A write by external id or login name creates a
 * missing user.
 */
export function userRoutes(data: SimulatedData, store: UserStore, options: UserRoutesOptions): Route[] {
  const { writeAnswers, listed } = options;
  const at = ({ folder }: UserName): string => `${USERS_PATH}/${folder}:wanted`;
  const nameIn = ({ params }: RouteRequest): string => params.wanted ?? '';
  const orNotFound = (user: PercipioUser | undefined, { what }: UserName, wanted: string): PercipioUser => {
    if (user === undefined) {
      throw notFound(`No user with ${what} ${JSON.stringify(wanted)}`);
    }
    return user;
  };
  const created = (user: PercipioUser): Answer =>
    writeAnswers === 'user' ? jsonAnswer(user, {}, 201) : jsonTextAnswer('', {}, 201);
  const updated = (user: PercipioUser): Answer =>
    writeAnswers === 'user' ? jsonAnswer(user) : { status: 204, headers: {}, body: '' };

  const readOne = (name: UserName): Route => ({
    method: 'GET',
    path: at(name),
    handle: (request) => {
      const wanted = nameIn(request);
      const user = store.read((each) => name.fits(each, wanted));
      return jsonAnswer(orNotFound(user, name, wanted));
    },
  });
  const upsert = (name: UserName, field: 'externalUserId' | 'loginName'): Route => ({
    method: 'PATCH',
    path: at(name),
    handle: (request) => {
      const wanted = nameIn(request);
      const user = store.find((each) => name.fits(each, wanted));
      if (user === undefined) return created(store.create(request.body, { [field]: wanted }));
      store.update(user, request.body);
      return updated(user);
    },
  });

  return [
    {
      method: 'GET',
      path: USERS_PATH,
      handle: ({ query }) => {
        const { max, offset } = readPage(query, PAGE_SIZE_DEFAULT);
        const users = listed(updatedSince(data.users, readUpdatedSinceMs(query)));
        return jsonAnswer(users.slice(offset, offset + max), { 'x-total-count': String(users.length) });
      },
    },
    { method: 'POST', path: USERS_PATH, handle: ({ body }) => created(store.create(body)) },
    {
      method: 'PATCH',
      path: at(ID),
      handle: (request) => {
        const wanted = nameIn(request);
        const user = orNotFound(
          store.find((each) => ID.fits(each, wanted)),
          ID,
          wanted,
        );
        store.update(user, request.body);
        return updated(user);
      },
    },
    upsert(EXTERNAL_USER_ID, 'externalUserId'),
    upsert(LOGIN_NAME, 'loginName'),
    ...[ID, EXTERNAL_USER_ID, LOGIN_NAME, LOGIN_NAME_OR_EMAIL].map(readOne),
  ];
}

function updatedSince(users: readonly PercipioUser[], sinceMs: number | undefined): readonly PercipioUser[] {
  if (sinceMs === undefined) return users;
  return users.filter(
    ({ updatedAt }) => updatedAt !== null && updatedAt !== undefined && Date.parse(updatedAt) >= sinceMs,
  );
}
