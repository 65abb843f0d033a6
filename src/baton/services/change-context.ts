// The connector's view of a call that changes something: what it warns of is also part of the response.
import { create } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import type { HandlerContext } from '@connectrpc/connect';
import { LocalizedMessageSchema } from '#gen/google/rpc/error_details_pb.js';
import type { Context, Progress } from '../author/context.ts';
import { toConnectorContext } from './call-context.ts';

/** A task report has room for 16 annotations, and the outcome of the change comes first. */
const noticesMax = 8;

interface ChangeContext {
  readonly context: Context;
  /** The warnings so far as annotations for the response, each once: callers do not read this program's log. */
  notices(): Any[];
}

/** Like `toConnectorContext`, for changes. */
export function toChangeContext(call: HandlerContext): ChangeContext {
  const context = toConnectorContext(call, '');
  const { reporter } = context;
  // A change that is repeated warns again.
  const messages = new Set<string>();
  const reporting = {
    countSkipped: (reason: string, count?: number) => reporter.countSkipped(reason, count),
    progress: (update: Progress) => reporter.progress(update),
    warn: (message: string) => {
      messages.add(message);
      reporter.warn(message);
    },
  };
  return {
    context: { ...context, reporter: reporting },
    notices: () =>
      [...messages]
        .slice(0, noticesMax)
        .map((message) => anyPack(LocalizedMessageSchema, create(LocalizedMessageSchema, { locale: 'en', message }))),
  };
}
