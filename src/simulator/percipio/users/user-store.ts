// What becomes of users by writes: created, changed, never deleted; and the passwords, which no answer shows.
import { ApiError, unprocessable } from '../http/answer.ts';
import type { CustomAttribute, PercipioUser, SimulatedData } from '../organization/api-objects.ts';
import type { CustomAttributes } from '../organization/custom-attributes.ts';
import { readUserFields, type UserFields } from './user-fields.ts';

export interface UserStoreOptions {
  readonly definitions: CustomAttributes['definitions'];
  /** Whether an e-mail address is refused that another user has. */
  readonly uniqueEmails: boolean;
  /** How many reads of one user after each write still show the user as before it. */
  readonly staleReads: number;
  /** The id of the `index`th user that is created. */
  readonly idAt: (index: number) => string;
  readonly now: () => number;
}

/** The users of `data`, where tests may edit them as well: nothing of them is kept here. */
export class UserStore {
  /** Ids of those who got a welcome e-mail, one for each e-mail. */
  readonly welcomeEmails: string[] = [];
  readonly #data: SimulatedData;
  readonly #options: UserStoreOptions;
  readonly #passwords = new Map<string, string>();
  readonly #stale = new Map<string, { readonly before: PercipioUser | undefined; readsLeft: number }>();
  #created = 0;
  #lastUpdateMicroseconds = 0;

  constructor(data: SimulatedData, options: UserStoreOptions) {
    this.#data = data;
    this.#options = options;
  }

  /** The first user that fits, as a write sees it. */
  find(fits: (user: PercipioUser) => boolean): PercipioUser | undefined {
    return this.#data.users.find(fits);
  }

  /** The first user that fits, as a reader sees it: for some reads after a write as it was before. */
  read(fits: (user: PercipioUser) => boolean): PercipioUser | undefined {
    const user = this.find(fits);
    const stale = user && this.#stale.get(user.id);
    if (user === undefined || stale === undefined || stale.readsLeft === 0) return user;
    stale.readsLeft -= 1;
    return stale.before;
  }

  /**
   * Creates a user at the end of the list. Throws 422 for a body that can't be, 409 for an external id, login name or
   * e-mail address that another user has.
   * @param implied What the path says already.
   */
  create(body: unknown, implied: Pick<UserFields, 'externalUserId' | 'loginName'> = {}): PercipioUser {
    const fields = { ...implied, ...readUserFields(body, this.#options.definitions) };
    if (fields.externalUserId === undefined) {
      throw unprocessable('externalUserId is required');
    }
    this.#refuseTaken(fields, undefined);
    const user: PercipioUser = {
      id: this.#options.idAt(this.#created),
      externalUserId: null,
      email: null,
      isActive: true,
      loginName: null,
      firstName: null,
      lastName: null,
      role: 'LEARNER',
      updatedAt: null,
      customAttributes: [],
      jobTitle: null,
      isInstructor: false,
      hasCoaching: false,
      hasEnterpriseCoaching: false,
      hasEnterpriseCoachingDashboard: false,
    };
    this.#created += 1;
    this.#apply(user, fields, undefined);
    this.#data.users.push(user);
    if (fields.sendWelcomeEmail === true) {
      this.welcomeEmails.push(user.id);
    }
    return user;
  }

  /** Changes the fields of a body, and no others. Throws as `create` does. */
  update(user: PercipioUser, body: unknown): void {
    const fields = readUserFields(body, this.#options.definitions);
    this.#refuseTaken(fields, user);
    this.#apply(user, fields, { ...user });
  }

  passwordOf(id: string): string | undefined {
    return this.#passwords.get(id);
  }

  /** Whether a person would be let in: by login name or e-mail address, while active. */
  canSignIn(name: string, password: string): boolean {
    const user = this.find(({ loginName, email }) => isSameName(loginName, name) || isSameName(email, name));
    return user !== undefined && user.isActive !== false && this.#passwords.get(user.id) === password;
  }

  #apply(user: PercipioUser, fields: UserFields, before: PercipioUser | undefined): void {
    const { password, sendWelcomeEmail: _ignored, customAttributes, ...plain } = fields;
    Object.assign(user, plain);
    if (customAttributes !== undefined) {
      user.customAttributes = mergeAttributes(user.customAttributes ?? [], customAttributes);
    }
    if (password !== undefined) {
      this.#passwords.set(user.id, password);
    }
    user.updatedAt = this.#nextUpdatedAt();
    this.#stale.set(user.id, { before, readsLeft: this.#options.staleReads });
  }

  /** Later than any given before, whatever the clock says. */
  #nextUpdatedAt(): string {
    this.#lastUpdateMicroseconds = Math.max(this.#options.now() * 1000, this.#lastUpdateMicroseconds + 1);
    const milliseconds = Math.floor(this.#lastUpdateMicroseconds / 1000);
    const rest = String(this.#lastUpdateMicroseconds % 1000).padStart(3, '0');
    return new Date(milliseconds).toISOString().replace('Z', `${rest}Z`);
  }

  #refuseTaken({ externalUserId, loginName, email }: UserFields, self: PercipioUser | undefined): void {
    const refuse = (name: string, value: string | undefined, isTaken: (user: PercipioUser) => boolean): void => {
      if (value !== undefined && this.find((user) => user !== self && isTaken(user)) !== undefined) {
        throw new ApiError(409, `another user has the ${name} ${JSON.stringify(value)}`);
      }
    };
    refuse('externalUserId', externalUserId, (user) => user.externalUserId === externalUserId);
    refuse('loginName', loginName, (user) => isSameName(user.loginName, loginName));
    if (this.#options.uniqueEmails) {
      refuse('email', email, (user) => isSameName(user.email, email));
    }
  }
}

/** Login names and e-mail addresses are the same whatever their case. */
export function isSameName(name: string | null | undefined, wanted: string | undefined): boolean {
  return wanted !== undefined && name?.toLowerCase() === wanted.toLowerCase();
}

function mergeAttributes(
  old: readonly CustomAttribute[],
  changed: readonly Required<CustomAttribute>[],
): CustomAttribute[] {
  const ids = new Set(changed.map(({ id }) => id));
  return [...old.filter(({ id }) => id === undefined || !ids.has(id)), ...changed];
}
