// Converts between the metadata of grpc-js and the Headers of Connect services.
import { Metadata } from '@grpc/grpc-js';

/**
 * Names that belong to HTTP/2 and gRPC. An error from another server contains some, and sending them again would break
 * the response.
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

/** Values of `-bin` names become base64 without padding, as in Connect. */
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
 * The metadata of all headers, without the names of the protocol.
 * @throws Error when gRPC cannot transport a name or value: it allows only printable ASCII.
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
      // grpc-js accepts binary values only as bytes, and joins several itself.
      for (const part of value.split(',')) {
        metadata.add(name, Buffer.from(part.trim(), 'base64'));
      }
    }
  }
  return metadata;
}
