// Whether an output shows a secret, or a piece of one.
import assert from 'node:assert/strict';

/** Pieces of this length are shown nowhere. */
const pieceLength = 12;

/** @throws AssertionError if a text has 12 characters of a secret in a row. */
export function assertNoSecret(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    for (let at = 0; at + pieceLength <= secret.length; at += 1) {
      const piece = secret.slice(at, at + pieceLength);
      assert.ok(
        !text.includes(piece),
        `${JSON.stringify(piece)} of a secret is in ${JSON.stringify(text.slice(0, 2000))}`,
      );
    }
  }
}
