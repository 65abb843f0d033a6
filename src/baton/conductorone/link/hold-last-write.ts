// Lets the last message of a call and the end of the request travel in one frame.
import type { ClientHttp2Stream } from 'node:http2';

/**
 * A grpc-go server that answers before it has seen the end of the request resets the stream behind its answer
 * (RST_STREAM, NO_ERROR: writeStatus in internal/transport of grpc-go v1.81.0). Node then throws the answer away, if it
 * has not been read yet: `Premature close`. connect-node ends a request in a frame of its own, behind the last message,
 * which gives a quick server time for that. So each chunk is held back until the next one, or the end, is there.
 */
export function holdLastWrite(stream: ClientHttp2Stream): ClientHttp2Stream {
  const write = stream.write.bind(stream);
  const end = stream.end.bind(stream);
  let held: Uint8Array | undefined;
  return Object.assign(stream, {
    write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): boolean {
      const former = held;
      held = chunk;
      if (former !== undefined) {
        return write(former, done);
      }
      process.nextTick(done);
      return true;
    },
    end(done: () => void): ClientHttp2Stream {
      return held === undefined ? end(done) : end(held, done);
    },
  });
}
