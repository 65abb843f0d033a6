// An HTTP/2 caller made of bytes, which reads only when it is told to: it answers no pings, and leaves responses in the
// sockets of both sides.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** The types of frames (RFC 9113, 6). */
const types = { headers: 1, settings: 4, windowUpdate: 8 };
const endHeadersAndStream = 0x5;
const initialWindowSize = 0x4;
const windowMax = 2 ** 31 - 1;

export class RawHttp2 {
  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  /** Connects, and sends the preface and settings that let the server send all it has. */
  static async connect(port: number): Promise<RawHttp2> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    const settings = Buffer.alloc(6);
    settings.writeUInt16BE(initialWindowSize);
    settings.writeUInt32BE(windowMax, 2);
    const window = Buffer.alloc(4);
    window.writeUInt32BE(windowMax - 65_535);
    socket.write(
      Buffer.concat([preface, frame(types.settings, 0, 0, settings), frame(types.windowUpdate, 0, 0, window)]),
    );
    return new RawHttp2(socket);
  }

  /** Calls a method with an empty message. @param stream - An odd number. */
  call(path: string, stream: number): void {
    const headers = {
      ':method': 'POST',
      ':scheme': 'http',
      ':path': path,
      ':authority': 'localhost',
      'content-type': 'application/grpc',
      te: 'trailers',
    };
    const block = Object.entries(headers).flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]);
    const message = Buffer.alloc(5);
    this.socket.write(
      Buffer.concat([
        frame(types.headers, endHeadersAndStream - 1, stream, Buffer.concat(block)),
        frame(0, 1, stream, message),
      ]),
    );
  }

  /** Reads until the server closes the connection. */
  async rest(): Promise<Buffer> {
    return await buffer(this.socket);
  }
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** A short text of HPACK, without compression. */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
}
