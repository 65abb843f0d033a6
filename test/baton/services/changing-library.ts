// A library that can be changed: readers get accounts, books are lent, bought and given away. It keeps what was asked.
import { create } from '@bufbuild/protobuf';
import {
  ConnectorAccountCreationSchema_FieldSchema,
  ConnectorAccountCreationSchemaSchema,
} from '#gen/c1/connector/v2/connector_pb.js';
import { ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { type Connector, type ResourceSyncer, singlePage } from '../../../src/baton/author/connector.ts';
import type { Context } from '../../../src/baton/author/context.ts';
import type {
  CreateAccountOutcome,
  CreateAccountRequest,
  CredentialKind,
  DeleteRequest,
  GrantRequest,
  RevokeRequest,
  RotateCredentialRequest,
} from '../../../src/baton/author/provisioner.ts';
import { Code, refusal, ServiceError } from '../../../src/baton/author/service-error.ts';
import { buildGrant } from '../../../src/baton/messages/grant.ts';
import { buildResource } from '../../../src/baton/messages/resource.ts';
import { bookType, readerType } from '../library-connector.ts';

export const shelfType = create(ResourceTypeSchema, { id: 'shelf', displayName: 'Shelf' });
export const staffType = create(ResourceTypeSchema, { id: 'staff', displayName: 'Staff' });

export const lastReader = buildResource({ type: readerType, id: 'r9', displayName: 'Reader 9' });

/** Title that no book may have, and the reader who may have no book. */
export const bannedTitle = 'Banned';
export const lockedReader = 'r-locked';

const accountSchema = create(ConnectorAccountCreationSchemaSchema, {
  fieldMap: { shelf: create(ConnectorAccountCreationSchema_FieldSchema, { displayName: 'Shelf', required: true }) },
});

export interface Asked {
  readonly grants: GrantRequest[];
  readonly revocations: RevokeRequest[];
  readonly accounts: CreateAccountRequest[];
  readonly rotations: RotateCredentialRequest[];
  readonly deletions: DeleteRequest[];
  readonly contexts: Context[];
}

export interface ChangingLibraryOptions {
  readonly credentialOptions?: readonly [CredentialKind, ...CredentialKind[]];
  readonly accountOutcome?: CreateAccountOutcome;
  /** Thrown by the first changes, one each. */
  readonly failures?: ServiceError[];
  /** Whether staff get accounts too. */
  readonly staff?: boolean;
}

/** What was lent by the time the connector was made: book b1 to reader r1. */
export function createChangingLibrary(options: ChangingLibraryOptions = {}): { connector: Connector; asked: Asked } {
  const {
    credentialOptions = ['no-password', 'random-password', 'sso', 'encrypted-password'],
    accountOutcome = { outcome: 'created', resource: lastReader },
    failures = [],
    staff = false,
  } = options;
  const asked: Asked = { grants: [], revocations: [], accounts: [], rotations: [], deletions: [], contexts: [] };
  const lent = new Set(['book:b1:borrowed:reader:r1']);
  const fail = () => {
    const failure = failures.shift();
    if (failure) throw failure;
  };
  const accounts: ResourceSyncer['accounts'] = {
    schema: accountSchema,
    credentialOptions,
    create: async (request, context) => {
      asked.accounts.push(request);
      asked.contexts.push(context);
      fail();
      return accountOutcome;
    },
  };
  const readers: ResourceSyncer = {
    type: readerType,
    list: singlePage(async () => []),
    accounts,
    credentials: {
      credentialOptions: ['random-password', 'encrypted-password'],
      rotate: async (request) => {
        asked.rotations.push(request);
        fail();
      },
    },
    delete: async (request) => {
      asked.deletions.push(request);
      fail();
      return request.id.resource === 'r1' ? 'deleted' : 'does-not-exist';
    },
  };
  const books: ResourceSyncer = {
    type: bookType,
    list: singlePage(async () => []),
    provisioner: {
      grant: async (request, context) => {
        asked.grants.push(request);
        asked.contexts.push(context);
        fail();
        const { entitlement, principal } = request;
        if (principal.id?.resource === lockedReader) throw refusal('This reader may borrow nothing.', 'reader_locked');
        const grant = buildGrant(entitlement, principal.id?.resourceType ?? '', principal.id?.resource ?? '');
        if (lent.has(grant.id)) return { outcome: 'already-exists', grants: [grant] };
        lent.add(grant.id);
        return {
          outcome: 'granted',
          grants: [grant],
          ...(principal.id?.resource === 'r3' && { replacedGrantId: 'book:b2:borrowed:reader:r3' }),
        };
      },
      revoke: async (request) => {
        asked.revocations.push(request);
        fail();
        return lent.delete(request.grant.id) ? 'revoked' : 'already-revoked';
      },
    },
    create: async (resource) => {
      if (resource.displayName === bannedTitle) {
        throw new ServiceError(Code.InvalidArgument, 'no such title here', { reason: 'banned_title' });
      }
      return buildResource({ type: bookType, id: 'b7', displayName: resource.displayName });
    },
    delete: async () => 'deleted',
  };
  const shelves: ResourceSyncer = {
    type: shelfType,
    list: singlePage(async () => []),
    immutableBecause: 'Books come to a shelf by the alphabet.',
  };
  const connector: Connector = {
    metadata: { displayName: 'Changing library' },
    resourceTypes: [
      readers,
      books,
      shelves,
      ...(staff ? [{ type: staffType, list: singlePage(async () => []), accounts } as ResourceSyncer] : []),
    ],
  };
  return { connector, asked };
}
