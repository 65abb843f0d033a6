// Builds resources that are accounts of people.
import { create, type JsonObject } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import {
  UserTrait_AccountType,
  UserTrait_Status_Status,
  UserTraitSchema,
} from '#gen/c1/connector/v2/annotation_trait_pb.js';
import { type Resource, Status_ResourceStatus, StatusSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { encodeMessage } from '../encode/encode-message.ts';
import { buildResource, type ResourceInit } from './resource.ts';

export interface UserResourceInit extends ResourceInit {
  readonly enabled: boolean;
  /** Primary e-mail address; none is written when it is empty. */
  readonly email: string;
  /** What the person signs in with; none is written when it is empty. */
  readonly login: string;
  /** What else is known of the person, by attribute name. */
  readonly profile: JsonObject;
}

/**
 * A resource with a UserTrait. Status and profile stand in the trait and on the resource, as a Go connector writes them:
 * the trait's are deprecated, and older readers know only those (pkg/types/resource of baton-sdk v0.25.0).
 */
export function buildUserResource(init: UserResourceInit): Resource {
  const resource = buildResource(init);
  // encodeMessage would sort the entries too, in ten times the time.
  const profile = Object.fromEntries(Object.entries(init.profile).sort(([a], [b]) => (a < b ? -1 : 1)));
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
