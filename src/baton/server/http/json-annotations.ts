// Annotations of unknown types in JSON: they are skipped, like unknown fields.
import { type DescField, type DescMessage, isMessage, type Message, type Registry } from '@bufbuild/protobuf';
import { isReflectMessage, type ReflectList, type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { AnySchema, EmptySchema } from '@bufbuild/protobuf/wkt';
import { Code, ServiceError } from '../../author/service-error.ts';

/**
 * A registry that treats every type that is missing in `registry` as an empty message. Without it, one packed message of
 * an unknown type makes the whole request or response fail.
 */
export function withUnknownTypes(registry: Registry): Registry {
  return { ...registry, getMessage: (name) => registry.getMessage(name) ?? { ...EmptySchema, typeName: name } };
}

/**
 * Removes packed messages of types that are missing in `registry` from all lists in a message.
 * @throws ServiceError INVALID_ARGUMENT for one outside of a list, which cannot be skipped.
 */
export function dropUnknownTypes(desc: DescMessage, message: Message, registry: Registry): void {
  dropFrom(reflect(desc, message), (typeUrl) => registry.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1)));
}

type FindType = (typeUrl: string) => DescMessage | undefined;

/** The JSON parser limits the depth of messages to 100, so the recursion is bounded. */
function dropFrom(message: ReflectMessage, findType: FindType): void {
  for (const field of message.fields) {
    if (!message.isSet(field)) {
      continue;
    }
    if (field.fieldKind === 'message') {
      visit(field, message.get(field), findType);
    } else if (field.fieldKind === 'map' && field.mapKind === 'message') {
      for (const value of message.get(field).values()) {
        visit(field, value, findType);
      }
    } else if (field.fieldKind === 'list' && field.listKind === 'message') {
      dropFromList(field, message.get(field), findType);
    }
  }
}

function dropFromList(field: DescField, list: ReflectList, findType: FindType): void {
  const items = [...list];
  const kept = items.filter((item) => !isOfUnknownType(item, findType));
  if (kept.length < items.length) {
    list.clear();
    for (const item of kept) list.add(item);
  }
  for (const item of kept) visit(field, item, findType);
}

function visit(field: DescField, value: unknown, findType: FindType): void {
  if (isOfUnknownType(value, findType)) {
    throw new ServiceError(Code.InvalidArgument, `${field.parent.typeName}: ${field.name}: unknown type`, {
      reason: 'invalid_request',
    });
  }
  if (isReflectMessage(value)) dropFrom(value, findType);
}

function isOfUnknownType(value: unknown, findType: FindType): boolean {
  if (!isReflectMessage(value) || !isMessage(value.message, AnySchema)) return false;
  const { typeUrl } = value.message;
  return typeUrl !== '' && findType(typeUrl) === undefined;
}
