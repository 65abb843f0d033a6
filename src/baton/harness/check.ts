// What a check is: an id, a sentence, and how it gets its result.
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { Resource, ResourceType } from '#gen/c1/connector/v2/resource_pb.js';
import type { LimitChecker } from './limits.ts';
import type { CallPage, ListCall } from './listing.ts';
import type { Session } from './session.ts';
import type { Walked } from './walked.ts';

export const outcomes = ['passed', 'failed', 'not applicable'] as const;
export type Outcome = (typeof outcomes)[number];

export interface CheckResult {
  readonly outcome: Outcome;
  /** The offending request and response if it failed, the reason if it is not applicable; empty if there is neither. */
  readonly detail: string;
}

export interface CheckIdentity {
  /** In kebab case. Never changes, so that reports can be compared by it. */
  readonly id: string;
  /** What a correct connector does, as a sentence without its full stop. */
  readonly title: string;
}

/** Checks what a walk through the connector finds. */
export interface WalkCheck extends CheckIdentity {
  readonly watch: (context: WatchContext) => Watcher;
}

/** Makes calls of its own, after the walks. */
export interface CallCheck extends CheckIdentity {
  /** An error of a call that is not caught fails the check. */
  readonly judge: (session: Session) => Promise<CheckResult>;
}

export type Check = WalkCheck | CallCheck;

export interface WatchContext {
  /** What the walk has found so far. Resources are complete before entitlements, and entitlements before grants. */
  readonly walked: Walked;
  readonly limits: LimitChecker;
}

/** Where an item was found. */
export interface Seen {
  readonly listing: ListCall;
  /** Whether the walk has not seen this id before. */
  readonly isNew: boolean;
}

/** Receives everything in the first walk, one item at a time. */
export interface Watcher {
  resourceType?(type: ResourceType): void;
  page?(page: CallPage, listing: ListCall): void;
  resource?(resource: Resource, seen: Seen): void;
  /** A template of ListStaticEntitlements. */
  template?(template: Entitlement, seen: Seen): void;
  entitlement?(entitlement: Entitlement, seen: Seen): void;
  grant?(grant: Grant, seen: Seen): void;
  /** @param second - The second walk; undefined if it did not take place. */
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
