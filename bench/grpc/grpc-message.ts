// The frame of a gRPC message in the body of a call: a flag, a length, the message.

const headBytes = 5;

export function frameMessage(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, headBytes);
  return frame;
}

/**
 * The one message of a body.
 * @throws Error for a body with none, with more than one, or with a compressed one, which no caller here asks for.
 */
export function unframeMessage(body: Buffer): Buffer {
  if (body.length < headBytes || body[0] !== 0 || body.readUInt32BE(1) !== body.length - headBytes) {
    throw new Error(`${body.length} bytes of body are not one plain gRPC message`);
  }
  return body.subarray(headBytes);
}
