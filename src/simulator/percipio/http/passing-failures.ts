// The failures that pass if a client asks again, as Percipio and the gateways before it answer them: for tests that go
// through all. Add one with `faults.add({ ...failure, times, match })`.
import type { FaultKind } from './faults.ts';

/**
 * Statuses that pass. 408, 500 and 52x were seen by clients of Percipio; 520 to 530 are those of Cloudflare, 598 is a
 * read timeout of a proxy, and 507 is one that the Go SDK's client repeats as any other from 500 on.
 */
export const PASSING_STATUSES = [
  408, 425, 429, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 525, 526, 527, 528, 529, 530, 598,
] as const;

/** What comes with status 200 where the API owes a list or an object. Skillsoft's own clients repeat the first two. */
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
