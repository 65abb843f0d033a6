// The reasons of all errors of the SDK.
import { callReasons } from './call-reasons.ts';
import { hostedReasons } from './hosted-reasons.ts';
import { programReasons } from './program-reasons.ts';

/** What docs/errors.md shows, in its order. A test compares it with the source. */
export const errorReasons = { ...callReasons, ...programReasons, ...hostedReasons };

/** A reason of the SDK's own errors. */
export type ErrorReason = keyof typeof errorReasons;
