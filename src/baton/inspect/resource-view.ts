// A stored resource as people read it: its traits, profile and status in one plain object.
import type { DescMessage, JsonObject, MessageShape } from '@bufbuild/protobuf';
import { anyIs, type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import {
  AppTraitSchema,
  GroupTraitSchema,
  RoleTraitSchema,
  UserTraitSchema,
} from '#gen/c1/connector/v2/annotation_trait_pb.js';
import { type Resource, ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { decodeRow } from './decode-row.ts';

/** Whether a resource can be used at present: of a user, whether the account can sign in. */
export type Status = 'enabled' | 'disabled' | 'deleted';

/** In the order of the protocol's numbers, from 1. */
export const statuses: readonly Status[] = ['enabled', 'disabled', 'deleted'];

/** Names a resource within a file. */
export interface ResourceKey {
  /** The id of its resource type. */
  readonly type: string;
  readonly id: string;
}

/** What a resource is called, for tables that refer to it. */
export interface ResourceRef extends ResourceKey {
  /** Its display name, or its id if it has none or is not listed. */
  readonly name: string;
  /** The primary e-mail address; empty if there is none. */
  readonly email: string;
  /** Undefined if unknown. */
  readonly status: Status | undefined;
  /** False if the sync has grants that refer to it, but not the resource itself. */
  readonly isListed: boolean;
}

/** A resource with everything that the file says about it. */
export interface ResourceView extends ResourceRef {
  /** Grows in the order in which resources were written: the cursor of a listing. */
  readonly rowId: number;
  readonly description: string;
  readonly parent: ResourceKey | undefined;
  /** Why it has its status, in the application's words; may be empty. */
  readonly statusDetails: string;
  /** All e-mail addresses, the primary one first. */
  readonly emails: readonly string[];
  /** What the user signs in with: the login, then its aliases. */
  readonly logins: readonly string[];
  readonly employeeIds: readonly string[];
  /** Attributes of any kind; empty if there are none. */
  readonly profile: JsonObject;
  readonly createdAt: Date | undefined;
  readonly lastLogin: Date | undefined;
}

/** Decodes the row of a resource. */
export function toResourceView(rowId: number, data: Uint8Array): ResourceView {
  const resource = decodeRow(ResourceSchema, data);
  const user = unpack(resource, UserTraitSchema);
  const { id, parentResourceId, displayName, description } = resource;
  const emails = (user?.emails ?? [])
    .toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary))
    .map(({ address }) => address);
  return {
    rowId,
    type: id?.resourceType ?? '',
    id: id?.resource ?? '',
    name: displayName || id?.resource || '',
    email: emails[0] ?? '',
    // Older files have it in the trait alone. The numbers are the same.
    status: statuses[(resource.status?.status || user?.status?.status || 0) - 1],
    isListed: true,
    description,
    parent: parentResourceId && { type: parentResourceId.resourceType, id: parentResourceId.resource },
    statusDetails: resource.status?.details || user?.status?.details || '',
    emails,
    logins: [user?.login ?? '', ...(user?.loginAliases ?? [])].filter(Boolean),
    employeeIds: user?.employeeIds ?? [],
    profile: resource.profile ?? user?.profile ?? profileOfTrait(resource) ?? {},
    createdAt: toDate(resource.createdAt ?? user?.createdAt),
    lastLogin: toDate(user?.lastLogin),
  };
}

/** Where older files have the profile of what is not a user. */
function profileOfTrait(resource: Resource): JsonObject | undefined {
  const traits = [GroupTraitSchema, RoleTraitSchema, AppTraitSchema].map((desc) => unpack(resource, desc));
  return traits.find((trait) => trait?.profile)?.profile;
}

function unpack<Desc extends DescMessage>({ annotations }: Resource, desc: Desc): MessageShape<Desc> | undefined {
  const any = annotations.find((each) => anyIs(each, desc));
  return any && decodeRow(desc, any.value);
}

function toDate(time: Timestamp | undefined): Date | undefined {
  return time && timestampDate(time);
}
