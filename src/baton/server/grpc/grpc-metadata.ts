// gRPC metadata as grpc-js has it, to and from the Headers that Connect services see.
import { Metadata } from '@grpc/grpc-js';

/**
 * Names that belong to HTTP/2 and gRPC themselves. An error that came from another server carries some of them, and
 * sent again they would break the response.
 */
const protocolNames = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);

/** Values of `-bin` names become base64 without padding, as Connect has them. */
export function toHeaders(metadata: Metadata): Headers {
  const headers = new Headers();
  for (const name of Object.keys(metadata.getMap())) {
    for (const value of metadata.get(name)) {
      headers.append(name, typeof value === 'string' ? value : value.toString('base64').replace(/=+$/, ''));
    }
  }
  return headers;
}

/**
 * Metadata of all the given headers, without the names of the protocol.
 * @throws Error when a name or value cannot be sent in gRPC, which takes printable ASCII only.
 */
export function toMetadata(...sources: Headers[]): Metadata {
  const metadata = new Metadata();
  for (const headers of sources) {
    for (const [name, value] of headers) {
      if (protocolNames.has(name) || name.startsWith('grpc-')) {
        continue;
      }
      if (!name.endsWith('-bin')) {
        metadata.add(name, value);
        continue;
      }
      // grpc-js takes binary values as bytes only, and joins several of them itself.
      for (const part of value.split(',')) {
        metadata.add(name, Buffer.from(part.trim(), 'base64'));
      }
    }
  }
  return metadata;
}
