// Which version of the Baton protocol this runtime speaks.

/**
 * The baton-sdk release whose wire contract and behaviour the runtime follows. `Validate` answers it as `sdk_version`:
 * a Go syncer reads it as a semantic version and sends `active_sync_id` only to 0.4.3 and later (pkg/sync/syncer.go).
 */
export const protocolVersion = 'v0.25.0';
