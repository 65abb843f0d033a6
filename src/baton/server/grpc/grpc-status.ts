// An error as gRPC sends it.
import { toBinary } from '@bufbuild/protobuf';
import type { ConnectError } from '@connectrpc/connect';
import type { Metadata } from '@grpc/grpc-js';
import { StatusSchema } from '#gen/google/rpc/status_pb.js';
import { toStatus } from '../call-failure.ts';
import { toMetadata } from './grpc-metadata.ts';

/** The longest message. It is sent in a header, and clients reject header blocks of some tens of kilobytes. */
const messageLengthMax = 4000;

export interface GrpcStatus {
  readonly code: number;
  /** The message, as grpc-js names it. The details are in the metadata. */
  readonly details: string;
  readonly metadata: Metadata;
}

/** The status on the wire: code, message and, if there are details, `google.rpc.Status` in `grpc-status-details-bin`. */
export function toGrpcStatus(error: ConnectError, trailer: Headers): GrpcStatus {
  const text = error.rawMessage.toWellFormed();
  const message = text.length > messageLengthMax ? `${text.slice(0, messageLengthMax).toWellFormed()}…` : text;
  const metadata = toMetadata(trailer, error.metadata);
  if (error.details.length > 0) {
    metadata.set('grpc-status-details-bin', Buffer.from(toBinary(StatusSchema, toStatus(error, message))));
  }
  return { code: error.code, details: message, metadata };
}
