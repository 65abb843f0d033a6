// Checks requests against the rules of the wire contract (buf.validate) before a service sees them.
import { setImmediate } from 'node:timers/promises';
import { create, type DescMessage, type Message } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import type { Validator } from '@bufbuild/protovalidate';
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';

/** One for the process: it compiles the rules of each message type once. */
let validator: Promise<Validator> | undefined;

/** Loading the module and compiling the first rule take some 130 ms together, so a server listens first. */
function loadValidator(): Promise<Validator> {
  validator ??= import('@bufbuild/protovalidate').then(({ createValidator }) => createValidator({ failFast: true }));
  return validator;
}

/**
 * Rejects with INVALID_ARGUMENT for the first rule that a request breaks. The message names the request, the path of the
 * field and the rule; so does `google.rpc.BadRequest` in the details. Only the first one, as in Go: a request of 4 MiB
 * can break a million.
 */
export async function validateRequest(desc: DescMessage, request: Message): Promise<void> {
  const result = (await loadValidator()).validate(desc, request);
  if (result.kind === 'valid') {
    return;
  }
  const violation = result.violations?.[0];
  if (!violation) {
    throw new Error(`cannot evaluate the rules of ${desc.typeName}`, { cause: result.error });
  }
  const field = pathToString(violation.field);
  const description = `${violation.message} (rule ${violation.ruleId})`;
  throw new ServiceError(Code.InvalidArgument, `${desc.typeName}: ${field ? `${field}: ` : ''}${description}`, {
    reason: 'invalid_request',
    details: [{ desc: BadRequestSchema, value: { fieldViolations: [{ field, description }] } }],
  });
}

/** Compiles the rules of these messages ahead of the first request, one at a time between other work. */
export async function warmRules(descs: readonly DescMessage[], signal: AbortSignal): Promise<void> {
  const loaded = await loadValidator();
  for (const desc of descs) {
    await setImmediate(undefined, { ref: false });
    if (signal.aborted) {
      return;
    }
    loaded.validate(desc, create(desc));
  }
}
