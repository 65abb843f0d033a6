// Checks requests against the rules in the wire contract (buf.validate), before a service sees them.
import { setImmediate } from 'node:timers/promises';
import { create, type DescMessage, type Message } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import type { Validator } from '@bufbuild/protovalidate';
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';

/** One for a server: rules are compiled once for each message type. */
export class RequestValidator {
  #validator: Promise<Validator> | undefined;

  /**
   * Rejects with INVALID_ARGUMENT for the first rule that the request breaks. The text names the message, the field's
   * path and the rule; `google.rpc.BadRequest` says the same. Only the first one, as in Go: a request of 4 MiB can break
   * a million of them.
   */
  async check(desc: DescMessage, request: Message): Promise<void> {
    const validator = await this.#load();
    const result = validator.validate(desc, request);
    if (result.kind === 'valid') {
      return;
    }
    const violation = result.violations?.[0];
    if (!violation) {
      throw new Error(`the rules of ${desc.typeName} cannot be evaluated`, { cause: result.error });
    }
    const field = pathToString(violation.field);
    const description = `${violation.message} (rule ${violation.ruleId})`;
    throw new ServiceError(Code.InvalidArgument, `${desc.typeName}: ${field ? `${field}: ` : ''}${description}`, {
      reason: 'invalid_request',
      details: [{ desc: BadRequestSchema, value: { fieldViolations: [{ field, description }] } }],
    });
  }

  /** Compiles the rules of these messages ahead of the first request, one at a time between other work. */
  async warm(descs: readonly DescMessage[], signal: AbortSignal): Promise<void> {
    const validator = await this.#load();
    for (const desc of descs) {
      await setImmediate(undefined, { ref: false });
      if (signal.aborted) {
        return;
      }
      validator.validate(desc, create(desc));
    }
  }

  // Loading the module and compiling the first rule cost some 130 ms together, so a server listens first.
  #load(): Promise<Validator> {
    this.#validator ??= import('@bufbuild/protovalidate').then(({ createValidator }) =>
      createValidator({ failFast: true }),
    );
    return this.#validator;
  }
}
