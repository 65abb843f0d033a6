// The time limit of a call, as gRPC writes it.
import { Code, ServiceError } from '../../author/service-error.ts';

const unitsNs: Readonly<Record<string, number>> = { H: 3.6e12, M: 6e10, S: 1e9, m: 1e6, u: 1000, n: 1 };
const nsPerMs = 1e6;

/**
 * Milliseconds; infinite without a time limit.
 * @throws ServiceError INTERNAL, as in Go
 */
export function readTimeout(text: string | null): number {
  if (text === null) return Number.POSITIVE_INFINITY;
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(text) ?? [];
  const unitNs = unit === undefined ? undefined : unitsNs[unit];
  if (digits === undefined || unitNs === undefined) {
    throw new ServiceError(Code.Internal, `malformed grpc-timeout: ${JSON.stringify(text)}`, {
      reason: 'malformed_timeout',
    });
  }
  return (Number(digits) * unitNs) / nsPerMs;
}
