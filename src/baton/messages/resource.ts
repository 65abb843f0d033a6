// Builds resources: ids as the protocol joins them, texts cut to the length that the protocol allows.
import { create, type DescMessage, type JsonObject, type Message } from '@bufbuild/protobuf';
import { type Any, AnySchema, anyPack } from '@bufbuild/protobuf/wkt';
import {
  LicenseProfileTraitSchema,
  RoleTraitSchema,
  UserTrait_AccountType,
  UserTrait_Status_Status,
  UserTraitSchema,
} from '#gen/c1/connector/v2/annotation_trait_pb.js';
import {
  type Resource,
  ResourceSchema,
  type ResourceType,
  Status_ResourceStatus,
  StatusSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import type { Annotation } from '../author/connector.ts';
import { encodeMessage } from '../encode/encode-message.ts';

/**
 * Maximum lengths of texts in bytes of UTF-8 (buf.validate rules of resource.proto and entitlement.proto). Requests for
 * entitlements and grants carry the resource, so they would fail with a longer text.
 */
export const displayNameMaxBytes = 1024;
export const descriptionMaxBytes = 2048;

/** What a resource is built from. */
export interface ResourceInit {
  readonly type: ResourceType;
  /** The application's own id, as it is: it becomes part of ids that ConductorOne stores. */
  readonly id: string;
  readonly displayName: string;
  readonly description?: string | undefined;
  readonly annotations?: readonly Annotation[];
}

/** Builds a resource without a trait. */
export function buildResource({ type, id, displayName, description = '', annotations = [] }: ResourceInit): Resource {
  return create(ResourceSchema, {
    id: { resourceType: type.id, resource: id },
    displayName: cutText(displayName, displayNameMaxBytes),
    description: cutText(description, descriptionMaxBytes),
    annotations: packAnnotations(annotations),
  });
}

/** Builds a resource with a RoleTrait, for a type that declares it: a bundle of permissions. */
export function buildRoleResource(init: ResourceInit): Resource {
  const trait = annotation(RoleTraitSchema, create(RoleTraitSchema));
  return buildResource({ ...init, annotations: [trait, ...(init.annotations ?? [])] });
}

/** What a license is built from. */
export interface LicenseResourceInit extends ResourceInit {
  /** How many seats were bought; absent if unknown. */
  readonly purchasedSeats?: number | undefined;
  /** How many seats are taken; absent if unknown. */
  readonly consumedSeats?: number | undefined;
  /** Whoever has one of these entitlements of the connector has a seat. Each once. */
  readonly entitlementIds: readonly string[];
}

/** Builds a resource with a LicenseProfileTrait, for a type that declares it: seats that users can have. */
export function buildLicenseResource(init: LicenseResourceInit): Resource {
  const { displayName, purchasedSeats = 0, consumedSeats = 0, entitlementIds } = init;
  const value = create(LicenseProfileTraitSchema, {
    licenseName: cutText(displayName, displayNameMaxBytes),
    purchasedSeats: BigInt(purchasedSeats),
    consumedSeats: BigInt(consumedSeats),
    entitlementIds: [...entitlementIds],
  });
  const trait = annotation(LicenseProfileTraitSchema, value);
  return buildResource({ ...init, annotations: [trait, ...(init.annotations ?? [])] });
}

/** What an account of a person is built from. */
export interface UserResourceInit extends ResourceInit {
  readonly enabled: boolean;
  /** Primary e-mail address; the trait has none if it is empty. */
  readonly email: string;
  /** What the person signs in with; the trait has none if it is empty. */
  readonly login: string;
  /** Further attributes by name. */
  readonly profile: JsonObject;
}

/**
 * Builds a resource with a UserTrait: an account of a person. Status and profile are in the trait and on the resource, as
 * Go connectors write them: those of the trait are deprecated, but older readers know no others (pkg/types/resource of
 * baton-sdk v0.25.0).
 */
export function buildUserResource(init: UserResourceInit): Resource {
  const resource = buildResource(init);
  // encodeMessage would sort the entries too, but take ten times as long. `([a], [b])` would make two iterators for each
  // comparison: a fifth of the garbage of a sync of users.
  const profile = Object.fromEntries(Object.entries(init.profile).sort((a, b) => (a[0] < b[0] ? -1 : 1)));
  const trait = create(UserTraitSchema, {
    emails: init.email === '' ? [] : [{ address: init.email, isPrimary: true }],
    status: { status: init.enabled ? UserTrait_Status_Status.ENABLED : UserTrait_Status_Status.DISABLED },
    profile,
    accountType: UserTrait_AccountType.HUMAN,
    login: init.login,
  });
  // Not anyPack: two syncs of the same person must give the same bytes, whatever the order of the attributes.
  const value = encodeMessage(UserTraitSchema, trait);
  resource.annotations.push(create(AnySchema, { typeUrl: `type.googleapis.com/${UserTraitSchema.typeName}`, value }));
  resource.profile = profile;
  resource.status = create(StatusSchema, {
    status: init.enabled ? Status_ResourceStatus.ENABLED : Status_ResourceStatus.DISABLED,
  });
  return resource;
}

/** Pairs a message with its descriptor, for an `annotations` field. */
export function annotation<Desc extends DescMessage>(desc: Desc, value: Message): Annotation<Desc> {
  return { desc, value };
}

/** Packs annotations as Any. Type URLs start with `type.googleapis.com/`, as in Go. */
export function packAnnotations(annotations: readonly Annotation[]): Any[] {
  return annotations.map(({ desc, value }) => anyPack(desc, value));
}

/** Cuts a text to a number of bytes of UTF-8, between characters. */
export function cutText(text: string, maxBytes: number): string {
  // A UTF-16 unit takes at most three bytes of UTF-8, so most texts need not be encoded.
  if (text.length * 3 <= maxBytes) {
    return text;
  }
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= maxBytes) {
    return text;
  }
  let end = maxBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) {
    end--;
  }
  return bytes.toString('utf8', 0, end);
}
