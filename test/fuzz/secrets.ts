// Whether an output shows a secret, or a piece of one.
import assert from 'node:assert/strict';

/** Pieces of this length are shown nowhere. */
const pieceLength = 12;

export function piecesOf(secret: string): string[] {
  const count = Math.max(0, secret.length - pieceLength + 1);
  return Array.from({ length: count }, (_, at) => secret.slice(at, at + pieceLength));
}

/** @throws AssertionError if a text has 12 characters of a secret in a row. */
export function assertNoSecret(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    for (const piece of piecesOf(secret)) {
      assert.ok(
        !text.includes(piece),
        `${JSON.stringify(piece)} of a secret is in ${JSON.stringify(text.slice(0, 2000))}`,
      );
    }
  }
}
