// The frame of a gRPC message: a flag, a length, the message.

const headBytes = 5;

export function frameMessage(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, headBytes);
  return frame;
}

/**
 * The single message of a body.
 * @throws Error for a body with no message, several messages, or a compressed one (which no caller here accepts).
 */
export function unframeMessage(body: Buffer): Buffer {
  if (body.length < headBytes || body[0] !== 0 || body.readUInt32BE(1) !== body.length - headBytes) {
    throw new Error(`a body of ${body.length} bytes is not a single uncompressed gRPC message`);
  }
  return body.subarray(headBytes);
}
