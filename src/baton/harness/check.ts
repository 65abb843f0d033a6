// What a check is: an id, a sentence, and how it comes to its result.
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { LimitChecker } from './limits.ts';
import type { ListedPage, Listing } from './listing.ts';
import type { Session } from './session.ts';
import type { Walked } from './walked.ts';

export const outcomes = ['passed', 'failed', 'not applicable'] as const;
export type Outcome = (typeof outcomes)[number];

export interface CheckResult {
  readonly outcome: Outcome;
  /** What was asked and answered if it failed, why if it is not applicable; empty where there is nothing to say. */
  readonly detail: string;
}

export interface CheckIdentity {
  /** In kebab case. It never changes: reports are compared by it. */
  readonly id: string;
  /** What a sound connector does, as a sentence without its full stop. */
  readonly title: string;
}

/** Judges what a walk through the connector comes by. */
export interface WalkCheck extends CheckIdentity {
  readonly watch: (context: WatchContext) => Watcher;
}

/** Makes calls of its own, after the walks. */
export interface CallCheck extends CheckIdentity {
  /** A call that fails and is not caught fails the check. */
  readonly judge: (session: Session) => Promise<CheckResult>;
}

export type Check = WalkCheck | CallCheck;

export interface WatchContext {
  /** What the walk has come by so far. Resources are complete before entitlements come, and those before grants. */
  readonly walked: Walked;
  readonly limits: LimitChecker;
}

/** Where an item was seen. */
export interface Seen {
  readonly listing: Listing;
  /** Whether the walk had not come by this id before. */
  readonly isNew: boolean;
}

/** Told of everything in the first walk, one item at a time. */
export interface Watcher {
  resourceType?(type: ResourceType): void;
  page?(page: ListedPage, listing: Listing): void;
  resource?(resource: Resource, seen: Seen): void;
  /** A template of ListStaticEntitlements. */
  template?(template: Entitlement, seen: Seen): void;
  entitlement?(entitlement: Entitlement, seen: Seen): void;
  grant?(grant: Grant, seen: Seen): void;
  /** @param second - The second walk; nothing if it did not come about. */
  end(second: Walked | undefined): CheckResult;
}

export function passed(detail = ''): CheckResult {
  return { outcome: 'passed', detail };
}

export function failed(detail: string): CheckResult {
  return { outcome: 'failed', detail };
}

export function notApplicable(why: string): CheckResult {
  return { outcome: 'not applicable', detail: why };
}
