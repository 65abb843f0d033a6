// The resource types of accounts that can be created, and the default among them.
import type { ResourceSyncer } from '../../author/connector.ts';
import type { AccountManager } from '../../author/provisioner.ts';

export interface AccountSyncer extends ResourceSyncer {
  readonly accounts: AccountManager;
}

/** The types of accounts that can be created, sorted by id. */
export function findAccountSyncers(syncers: readonly ResourceSyncer[]): AccountSyncer[] {
  return syncers
    .filter((syncer): syncer is AccountSyncer => syncer.accounts !== undefined)
    .sort(({ type: a }, { type: b }) => (a.id < b.id ? -1 : 1));
}

/**
 * The type of a request without a type: the only one, or `user` among several (pkg/connectorbuilder/accounts.go of
 * baton-sdk v0.25.0).
 */
export function findDefaultAccountSyncer(syncers: readonly AccountSyncer[]): AccountSyncer | undefined {
  return syncers.length === 1 ? syncers[0] : syncers.find(({ type }) => type.id === 'user');
}

/**
 * The type whose form and credential options GetMetadata reports. The protocol has room for one: the default, otherwise
 * the first by id. (The Go SDK reports any.)
 */
export function findDescribedAccounts(syncers: readonly ResourceSyncer[]): AccountManager | undefined {
  const accountSyncers = findAccountSyncers(syncers);
  return (findDefaultAccountSyncer(accountSyncers) ?? accountSyncers[0])?.accounts;
}
