// The status codes of gRPC.

/** With their numbers on the wire (https://grpc.io/docs/guides/status-codes). */
export const Code = {
  Canceled: 1,
  Unknown: 2,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  AlreadyExists: 6,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  FailedPrecondition: 9,
  Aborted: 10,
  OutOfRange: 11,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
  DataLoss: 15,
  Unauthenticated: 16,
} as const;
export type Code = (typeof Code)[keyof typeof Code];

/** A code as the protocol spells it: `INVALID_ARGUMENT`. */
export function codeName(code: number): string {
  const [name = `code ${code}`] = Object.entries(Code).find(([, value]) => value === code) ?? [];
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
