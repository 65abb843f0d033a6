// Transient failures of Percipio and its gateways, for tests that try each of them. Add one with
// `faults.add({ ...failure, times, match })`.
import type { FaultKind } from './faults.ts';

/**
 * Statuses that a retry may get past. Clients of Percipio have seen 408, 500 and 52x; 520 to 530 are Cloudflare's, 598 is
 * a proxy's read timeout. The Go SDK's client retries every status from 500 on, such as 507.
 */
export const PASSING_STATUSES = [
  408, 425, 429, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 525, 526, 527, 528, 529, 530, 598,
] as const;

/** Wrong bodies with status 200. Skillsoft's own clients retry the first two. */
export const ODD_ANSWERS = {
  html: { kind: 'status', status: 200, body: '<html><head><title>Please wait</title></head><body></body></html>' },
  text: { kind: 'status', status: 200, body: 'upstream request timeout' },
  message: { kind: 'status', status: 200, body: { message: 'Service is busy' } },
  null: { kind: 'status', status: 200, body: null },
  object: { kind: 'status', status: 200, body: {} },
  textInJson: { kind: 'status', status: 200, body: 'OK', headers: { 'content-type': 'application/json' } },
  empty: { kind: 'emptyBody' },
  cutJson: { kind: 'garbage' },
} as const satisfies Readonly<Record<string, FaultKind>>;

/** Every passing failure, by a name for the title of a test. */
export function passingFailures(): (readonly [name: string, failure: FaultKind])[] {
  return [
    ...PASSING_STATUSES.map((status) => [String(status), { kind: 'status', status }] as const),
    ...Object.entries(ODD_ANSWERS),
  ];
}
