// A call of grpc-js whose messages count against the limits of the server.
import { type Metadata, ServerInterceptingCall } from '@grpc/grpc-js';
import type { GrpcStatus } from './grpc-status.ts';
import type { CallOfStream, LimitedStream } from './limited-stream.ts';

type InnerCall = ConstructorParameters<typeof ServerInterceptingCall>[0];

export class LimitedCall extends ServerInterceptingCall implements CallOfStream {
  readonly requestStream: boolean;
  readonly #stream: LimitedStream;

  constructor(call: InnerCall, stream: LimitedStream, requestStream: boolean) {
    super(call, {
      start: (next) =>
        next({
          onReceiveMessage: (message: Buffer, pass) => {
            stream.received(message.length);
            pass(message);
          },
          onReceiveHalfClose: (pass) => {
            stream.requestFinished();
            pass();
          },
        }),
    });
    this.requestStream = requestStream;
    this.#stream = stream;
    stream.call = this;
  }

  override sendMetadata(metadata: Metadata): void {
    this.#stream.responding();
    super.sendMetadata(metadata);
  }

  override sendMessage(message: Buffer, callback: () => void): void {
    // grpc-js passes bytes to the methods of this server, and takes bytes from them.
    if (!this.#stream.sending(message.length)) return;
    super.sendMessage(message, () => {
      this.#stream.sent(message.length);
      callback();
    });
  }

  refuse(status: GrpcStatus): void {
    super.sendStatus(status);
  }
}
