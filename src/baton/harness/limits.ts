// The limits of the protocol (buf.validate in proto/), for messages that a connector answers: no server checks those.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';

/** What breaks a rule of a message's type: `display_name: value length must be at most 1024 bytes`; nothing if none is. */
export type LimitChecker = <Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>) => string | undefined;

export async function createLimitChecker(): Promise<LimitChecker> {
  const { createValidator } = await import('@bufbuild/protovalidate');
  const validator = createValidator({ failFast: true });
  return (desc, message) => {
    const result = validator.validate(desc, message);
    const [violation] = result.kind === 'invalid' ? result.violations : [];
    return violation && `${pathToString(violation.field)}: ${violation.message}`;
  };
}
