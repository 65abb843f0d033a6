// What writes do to users, who are created and changed but never deleted; and their passwords, which no response shows.
import { ApiError, unprocessable } from '../http/answer.ts';
import type { CustomAttribute, PercipioUser, SimulatedData } from '../organization/api-objects.ts';
import type { CustomAttributes } from '../organization/custom-attributes.ts';
import { infoOf, readUserFields, type UserFields } from './user-fields.ts';

export interface UserStoreOptions {
  readonly definitions: CustomAttributes['definitions'];
  /** Names of attributes that every created user must have. */
  readonly requiredAttributes: readonly string[];
  /** Whether to reject an e-mail address that another user has. */
  readonly uniqueEmails: boolean;
  /** How many reads of a user after each write still return the old state. */
  readonly staleReads: number;
  /** The id of the `index`th created user. */
  readonly idAt: (index: number) => string;
  readonly now: () => number;
}

/** The users of `data`, which tests may edit too: none are stored here. */
export class UserStore {
  /** Ids of users who got a welcome e-mail, one entry per e-mail. */
  readonly welcomeEmails: string[] = [];
  readonly #languages = new Map<string, string | undefined>();
  readonly #mustReset = new Set<string>();
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

  /** The first matching user, as writes see it. */
  find(fits: (user: PercipioUser) => boolean): PercipioUser | undefined {
    return this.#data.users.find(fits);
  }

  /**
   * The first matching user, as readers see it: for some reads after a write, in the old state. So somebody who was just
   * renamed is found by the old name, and not yet by the new one.
   */
  read(fits: (user: PercipioUser) => boolean): PercipioUser | undefined {
    for (const user of this.#data.users) {
      const stale = this.#stale.get(user.id);
      if (stale === undefined || stale.readsLeft === 0) {
        if (fits(user)) return user;
        continue;
      }
      const { before } = stale;
      const didFit = before !== undefined && fits(before);
      if (didFit || fits(user)) stale.readsLeft -= 1;
      if (didFit) return before;
    }
    return undefined;
  }

  /**
   * Creates a user at the end of the list. Throws 422 for an invalid body, and 409 for an external id, login name or
   * e-mail address that another user has.
   * @param implied The fields given by the path.
   */
  create(body: unknown, implied: Pick<UserFields, 'externalUserId' | 'loginName'> = {}): PercipioUser {
    const fields = { ...implied, ...readUserFields(body, this.#options.definitions) };
    if (fields.externalUserId === undefined) {
      throw unprocessable('externalUserId is required', infoOf('externalUserId', 'field_required'));
    }
    for (const name of this.#options.requiredAttributes) {
      if (!fields.customAttributes?.some((attribute) => attribute.name === name && attribute.value?.trim())) {
        throw unprocessable(`the attribute ${name} is required`, infoOf(name, 'field_required'));
      }
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

  /** Changes the fields in a body, and no others. Throws like `create`. */
  update(user: PercipioUser, body: unknown): void {
    const fields = readUserFields(body, this.#options.definitions);
    this.#refuseTaken(fields, user);
    this.#apply(user, fields, { ...user });
  }

  /**
   * Changes the user with the external id, or else the login name, in a body, or creates one. Throws like `create`.
   * @param extras Fields that only batches have. `mustResetPassword` is false if missing.
   */
  upsert(
    body: Readonly<Record<string, unknown>>,
    extras: { readonly mustResetPassword: boolean; readonly language: string | undefined },
  ): PercipioUser {
    const [name, value] =
      body.externalUserId === undefined
        ? (['loginName', body.loginName] as const)
        : (['externalUserId', body.externalUserId] as const);
    const found = this.find((user) => typeof value === 'string' && isSameName(user[name], value));
    if (found !== undefined) this.update(found, body);
    // As in imports, the login name is the default external id.
    const user = found ?? this.create({ externalUserId: body.loginName, ...body });
    if (extras.mustResetPassword) this.#mustReset.add(user.id);
    else this.#mustReset.delete(user.id);
    if (found === undefined) this.#languages.set(user.id, extras.language);
    return user;
  }

  passwordOf(id: string): string | undefined {
    return this.#passwords.get(id);
  }

  /** Whether a user must set a new password at the next login. */
  mustResetPassword(id: string): boolean {
    return this.#mustReset.has(id);
  }

  /** The language of a user's welcome e-mail; undefined if none was sent or the write did not set it. */
  welcomeLanguageOf(id: string): string | undefined {
    return this.welcomeEmails.includes(id) ? this.#languages.get(id) : undefined;
  }

  /** Whether a login would succeed: by login name or e-mail address, of an active user. */
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

  /** Later than every previous one, whatever the clock says. */
  #nextUpdatedAt(): string {
    this.#lastUpdateMicroseconds = Math.max(this.#options.now() * 1000, this.#lastUpdateMicroseconds + 1);
    const milliseconds = Math.floor(this.#lastUpdateMicroseconds / 1000);
    const rest = String(this.#lastUpdateMicroseconds % 1000).padStart(3, '0');
    return new Date(milliseconds).toISOString().replace('Z', `${rest}Z`);
  }

  #refuseTaken({ externalUserId, loginName, email }: UserFields, self: PercipioUser | undefined): void {
    const names = ['externalUserId', 'loginName', ...(this.#options.uniqueEmails ? (['email'] as const) : [])] as const;
    const given = { externalUserId, loginName, email };
    for (const name of names) {
      const value = given[name];
      const taken = this.find((user) => user !== self && isSameName(user[name], value))?.[name];
      if (taken !== undefined) {
        const problem = taken === value ? 'field_not_unique' : 'field_not_camel_case_unique';
        throw new ApiError(409, `another user has the ${name} ${JSON.stringify(value)}`, {}, infoOf(name, problem));
      }
    }
  }
}

/** External ids, login names and e-mail addresses are case-insensitive. */
export function isSameName(name: unknown, wanted: string | undefined): boolean {
  if (name === null || name === undefined || wanted === undefined) return false;
  return String(name).toLowerCase() === wanted.toLowerCase();
}

function mergeAttributes(
  old: readonly CustomAttribute[],
  changed: readonly Required<CustomAttribute>[],
): CustomAttribute[] {
  const ids = new Set(changed.map(({ id }) => id));
  return [...old.filter(({ id }) => id === undefined || !ids.has(id)), ...changed];
}
