// Waits for what a server does after its response.
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

/** Far longer than any machine needs, and shorter than a test may hang. */
const limitMs = 20_000;

/** Resolves once `condition` holds; fails if it never does. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    assert.ok(performance.now() < end, `${what}: not within ${limitMs / 1000} s`);
    await setTimeout(1);
  }
}
