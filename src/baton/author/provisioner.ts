// What a connector author implements to support changes: grants, resources, accounts and credentials.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ConnectorAccountCreationSchemaSchema } from '#gen/c1/connector/v2/connector_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { AccountInfo, Resource, ResourceId } from '#gen/c1/connector/v2/resource_pb.js';
import type { Context } from './context.ts';

/**
 * Grants and revokes the entitlements of a type's resources. Both must be safe to repeat: check before writing, and
 * report a change that was made before as such. The runtime retries after UNAVAILABLE and DEADLINE_EXCEEDED. To decline
 * a change on purpose, throw a `refusal`.
 */
export interface Provisioner {
  grant(request: GrantRequest, context: Context): Promise<GrantOutcome>;
  revoke(request: RevokeRequest, context: Context): Promise<RevokeOutcome>;
}

/** The entitlement to grant, and to whom. */
export interface GrantRequest {
  readonly entitlement: Entitlement;
  readonly principal: Resource;
}

/** The grant to revoke. Identify it by entitlement and principal: its id may be a placeholder. */
export interface RevokeRequest {
  readonly grant: Grant;
}

/** What a grant did. */
export interface GrantOutcome {
  readonly outcome: 'granted' | 'already-exists';
  /** The grants that the principal now has as a result. */
  readonly grants: readonly Grant[];
  /** The grant that this one replaced in the same step, if a principal has exactly one of several. */
  readonly replacedGrantId?: string | undefined;
}

/** What a revoke did. */
export type RevokeOutcome = 'revoked' | 'already-revoked';

/** The id of a resource to delete. */
export interface DeleteRequest {
  readonly id: ResourceId;
  readonly parent?: ResourceId | undefined;
}

/** What a delete did. */
export type DeleteOutcome = 'deleted' | 'does-not-exist';

/** Creates accounts in the application. */
export interface AccountManager {
  /** What ConductorOne asks for besides e-mail and login: keys of `AccountInfo.profile`. */
  readonly schema: MessageInitShape<typeof ConnectorAccountCreationSchemaSchema>;
  /** The kinds of credential that an account can get, the preferred one first. Others are rejected. */
  readonly credentialOptions: readonly [CredentialKind, ...CredentialKind[]];
  /**
   * Checks an account without asking the application, as `create` does first: files of changes are checked as a whole
   * before anything is written.
   * @throws ServiceError INVALID_ARGUMENT
   */
  check?(account: AccountInfo): void;
  /** Checks the whole request before it writes. Must not create a second account when it is retried after an unclear failure. */
  create(request: CreateAccountRequest, context: Context): Promise<CreateAccountOutcome>;
}

/** The account to create. */
export interface CreateAccountRequest {
  readonly account: AccountInfo;
  /** One of the declared kinds. Absent if the caller leaves the choice to the connector: there is no password then. */
  readonly credential: Credential | undefined;
}

/** With `already-exists` and `in-progress`, the password of the request was not set. */
export type CreateAccountOutcome =
  | { readonly outcome: 'created'; readonly resource: Resource }
  | { readonly outcome: 'action-required'; readonly resource: Resource; readonly message: string }
  | { readonly outcome: 'already-exists'; readonly resource: Resource }
  | { readonly outcome: 'in-progress'; readonly resource?: Resource };

/** Rotates the credential of a resource. Must be safe to repeat with the same credential: the runtime retries. */
export interface CredentialManager {
  /** The preferred kind first. Others are rejected. */
  readonly credentialOptions: readonly [CredentialKind, ...CredentialKind[]];
  rotate(request: RotateCredentialRequest, context: Context): Promise<void>;
}

/** The resource whose credential to rotate. */
export interface RotateCredentialRequest {
  readonly id: ResourceId;
  /** One of the declared kinds. Absent if the caller leaves the choice to the connector. */
  readonly credential: Credential | undefined;
}

/** The values of `CapabilityDetailCredentialOption`. `sso` leaves signing in to an identity provider. */
export type CredentialKind = 'no-password' | 'random-password' | 'sso' | 'encrypted-password';

/**
 * What an account signs in with. The runtime generates random passwords and encrypts them for the caller, and decrypts
 * passwords that a caller chose: an author only sets the password. It must not appear in a log or an error.
 */
export type Credential =
  | { readonly kind: 'no-password' }
  | { readonly kind: 'sso'; readonly provider: string }
  | {
      readonly kind: 'random-password' | 'encrypted-password';
      readonly password: string;
      /** Whether the person must choose another one at the next sign-in. */
      readonly mustChange: boolean;
    };
