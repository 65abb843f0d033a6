// Maps an activity to an event.
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { entitlementStub } from 'baton-connector-sdk';
import type { EventSchema } from '#gen/c1/connector/v2/event_feed_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { courseType, userType } from '../resource-types.ts';
import type { Activity } from './recent-activity.ts';

/**
 * A use becomes a UsageEvent, a completion the grant that it gives. Ids are the same in any process: course, user and time;
 * for a completion the id of the grant, and the time.
 */
export function toActivityEvent(
  { kind, courseId, userId, atMs }: Activity,
  course: Resource,
): MessageInitShape<typeof EventSchema> {
  const occurredAt = timestampFromMs(atMs);
  const time = new Date(atMs).toISOString();
  const user = { id: { resourceType: userType.id, resource: userId } };
  if (kind === 'completed') {
    const entitlement = entitlementStub(course, 'completed');
    return {
      id: `${entitlement.id}:${userType.id}:${userId}:${time}`,
      occurredAt,
      event: { case: 'createGrantEvent', value: { entitlement, principal: user } },
    };
  }
  return {
    id: `${courseType.id}:${courseId}:${userType.id}:${userId}:${time}`,
    occurredAt,
    event: {
      case: 'usageEvent',
      value: {
        // Without the description, which each event would repeat.
        targetResource: { id: { resourceType: courseType.id, resource: courseId }, displayName: course.displayName },
        actorResource: user,
      },
    },
  };
}
