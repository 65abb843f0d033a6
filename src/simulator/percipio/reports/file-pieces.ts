// The bytes of a file, piece by piece, through one buffer.
import { open } from 'node:fs/promises';

const pieceBytes = 1024 * 1024;

/**
 * Reads a file while it is sent. Each piece lies where the one before was, so that a gigabyte makes no garbage: a
 * benchmark measures who reads it, on the same processors.
 */
export async function* filePieces(path: string): AsyncGenerator<Buffer, void> {
  await using file = await open(path);
  const buffer = Buffer.allocUnsafeSlow(pieceBytes);
  for (;;) {
    const { bytesRead } = await file.read(buffer);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
