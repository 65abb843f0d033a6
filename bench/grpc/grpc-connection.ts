// Calls a gRPC server over one HTTP/2 connection without decoding the responses.
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { mutualClient } from '../../test/baton/server/tls-fixture.ts';
import { frameMessage, unframeMessage } from './grpc-message.ts';

export interface Target {
  /** `http://` for plaintext; `https://` for TLS with the certificates in test/fixtures/tls. */
  readonly url: string;
}

/** Larger than any response: no server has to wait for flow control. */
const windowBytes = 64 * 1024 * 1024;

export class GrpcConnection implements Disposable {
  readonly #session: ClientHttp2Session;
  #failure: Error | undefined;

  constructor({ url }: Target) {
    this.#session = connect(url, {
      ...(url.startsWith('https:') && mutualClient),
      settings: { initialWindowSize: windowBytes, enablePush: false },
      maxSessionMemory: 1000,
    });
    this.#session.on('connect', (session) => session.setLocalWindowSize(windowBytes));
    this.#session.on('error', (error) => {
      this.#failure = error;
    });
  }

  /**
   * Resolves with the response message.
   * @param method - `package.Service/Method`
   * @throws Error with the status of a failed call, or the cause of a broken connection.
   */
  call(method: string, message: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const stream = this.#session.request({
        ':method': 'POST',
        ':path': `/${method}`,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      const chunks: Buffer[] = [];
      let ending: IncomingHttpHeaders = {};
      stream.on('response', (headers) => {
        if (headers['grpc-status'] !== undefined) ending = headers;
      });
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('trailers', (trailers) => {
        ending = trailers;
      });
      stream.on('error', (error) => reject(this.#failure ?? error));
      stream.on('close', () => {
        if (ending['grpc-status'] !== '0') {
          const status = `${ending['grpc-status']} ${decodeURIComponent(String(ending['grpc-message'] ?? ''))}`;
          reject(new Error(`${method} failed: ${status}`, { cause: this.#failure }));
          return;
        }
        try {
          resolve(unframeMessage(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
        } catch (error) {
          reject(error);
        }
      });
      stream.end(frameMessage(message));
    });
  }

  [Symbol.dispose](): void {
    this.#session.destroy();
  }
}
