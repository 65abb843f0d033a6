// The event feeds of this connector.
import type { EventFeed } from 'baton-connector-sdk';
import { type CourseActivityOptions, createCourseActivityFeed } from './course-activity.ts';
import { createUserChangesFeed } from './user-changes.ts';

export function createEventFeeds(options: CourseActivityOptions): EventFeed[] {
  return [createUserChangesFeed(options.percipio, () => options.timing.now()), createCourseActivityFeed(options)];
}
