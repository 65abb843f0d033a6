// What a connector author implements to let changes in: grants, resources, accounts and credentials.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ConnectorAccountCreationSchemaSchema } from '#gen/c1/connector/v2/connector_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { AccountInfo, Resource, ResourceId } from '#gen/c1/connector/v2/resource_pb.js';
import type { Context } from './context.ts';

/**
 * Gives and takes the entitlements of a type's resources. Both are safe to repeat: they look before they write, and
 * what is there already is a success that says so. The runtime repeats what failed UNAVAILABLE or DEADLINE_EXCEEDED. A
 * refusal on purpose is a ServiceError made with `refusal`.
 */
export interface Provisioner {
  grant(request: GrantRequest, context: Context): Promise<GrantOutcome>;
  revoke(request: RevokeRequest, context: Context): Promise<RevokeOutcome>;
}

export interface GrantRequest {
  readonly entitlement: Entitlement;
  readonly principal: Resource;
}

export interface RevokeRequest {
  readonly grant: Grant;
}

export interface GrantOutcome {
  readonly outcome: 'granted' | 'already-exists';
  /** The grants that the principal now has by it. */
  readonly grants: readonly Grant[];
  /** The one grant that gave way to it in the same step, where a principal has exactly one of several. */
  readonly replacedGrantId?: string | undefined;
}

export type RevokeOutcome = 'revoked' | 'already-revoked';

export interface DeleteRequest {
  readonly id: ResourceId;
  readonly parent?: ResourceId | undefined;
}

export type DeleteOutcome = 'deleted' | 'does-not-exist';

/** Creates accounts. */
export interface AccountManager {
  /** What ConductorOne asks for beside e-mail and login: keys of `AccountInfo.profile`. */
  readonly schema: MessageInitShape<typeof ConnectorAccountCreationSchemaSchema>;
  /** The ways in which an account can get its credential, the preferred one first. Others are refused. */
  readonly credentialOptions: readonly [CredentialKind, ...CredentialKind[]];
  /** Checks all of the request before it writes. Asked again after an unclear failure, it makes no second account. */
  create(request: CreateAccountRequest, context: Context): Promise<CreateAccountOutcome>;
}

export interface CreateAccountRequest {
  readonly account: AccountInfo;
  /** One of the declared kinds; absent where the caller leaves it to the connector, which has no password then. */
  readonly credential: Credential | undefined;
}

/** `already-exists` and `in-progress` carry no secrets: the password of the request was not set. */
export type CreateAccountOutcome =
  | { readonly outcome: 'created'; readonly resource: Resource }
  | { readonly outcome: 'action-required'; readonly resource: Resource; readonly message: string }
  | { readonly outcome: 'already-exists'; readonly resource: Resource }
  | { readonly outcome: 'in-progress'; readonly resource?: Resource };

/** Replaces the credential of a resource. */
export interface CredentialManager {
  /** The preferred kind first. Others are refused. */
  readonly credentialOptions: readonly [CredentialKind, ...CredentialKind[]];
  rotate(request: RotateCredentialRequest, context: Context): Promise<void>;
}

export interface RotateCredentialRequest {
  readonly id: ResourceId;
  /** One of the declared kinds; absent where the caller leaves it to the connector. */
  readonly credential: Credential | undefined;
}

/** The words of `CapabilityDetailCredentialOption`; `sso` leaves signing in to an identity provider. */
export type CredentialKind = 'no-password' | 'random-password' | 'sso' | 'encrypted-password';

/**
 * What an account shall sign in with. The runtime makes up random passwords, decrypts those that a caller chose, and
 * encrypts for the caller what was made up: an author only sets what is here. It is in no log and in no error.
 */
export type Credential =
  | { readonly kind: 'no-password' }
  | { readonly kind: 'sso'; readonly provider: string }
  | {
      readonly kind: 'random-password' | 'encrypted-password';
      readonly password: string;
      /** The person must choose another one when signing in next. */
      readonly mustChange: boolean;
    };
