// An error as a message: `google.rpc.Status`, which gRPC sends in a header and ConductorOne gets in the report of a task.
import { create } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { ConnectError } from '@connectrpc/connect';
import { type Status, StatusSchema } from '#gen/google/rpc/status_pb.js';

/** Code, text and details, so that the typed details of a connector arrive too. */
export function toStatus(error: ConnectError, message: string = error.rawMessage.toWellFormed()): Status {
  return create(StatusSchema, { code: error.code, message, details: error.details.map(packDetail) });
}

function packDetail(detail: ConnectError['details'][number]): Any | { typeUrl: string; value: Uint8Array } {
  return 'desc' in detail
    ? anyPack(detail.desc, create(detail.desc, detail.value))
    : { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value };
}
