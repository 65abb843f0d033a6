// Which types of accounts can be created, and which one is meant when nobody says.
import type { ResourceSyncer } from '../../author/connector.ts';
import type { AccountManager } from '../../author/provisioner.ts';

export interface AccountSyncer extends ResourceSyncer {
  readonly accounts: AccountManager;
}

/** The types that accounts can be created of, by id. */
export function findAccountSyncers(syncers: readonly ResourceSyncer[]): AccountSyncer[] {
  return syncers
    .filter((syncer): syncer is AccountSyncer => syncer.accounts !== undefined)
    .sort(({ type: a }, { type: b }) => (a.id < b.id ? -1 : 1));
}

/**
 * The type of a request that names none: the only one, or `user` among several (pkg/connectorbuilder/accounts.go of
 * baton-sdk v0.25.0).
 */
export function findDefaultAccountSyncer(syncers: readonly AccountSyncer[]): AccountSyncer | undefined {
  return syncers.length === 1 ? syncers[0] : syncers.find(({ type }) => type.id === 'user');
}

/**
 * The type whose form and credential options GetMetadata tells, for the protocol has room for those of one: the default,
 * or else the first by id. (The Go SDK takes any.)
 */
export function findDescribedAccounts(syncers: readonly ResourceSyncer[]): AccountManager | undefined {
  const accountSyncers = findAccountSyncers(syncers);
  return (findDefaultAccountSyncer(accountSyncers) ?? accountSyncers[0])?.accounts;
}
