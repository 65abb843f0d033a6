// Random messages of the protocol: every field may be there, with a value that means something or with an odd one.
import {
  create,
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type Message,
  ScalarType,
} from '@bufbuild/protobuf';
import { createRandom, type Random } from '../../src/simulator/percipio/random.ts';

export interface MessageValues {
  /** Ids and names that the connector knows. */
  readonly texts: readonly string[];
}

/** Deeper messages are empty. */
const depthMax = 5;

const oddTexts = [
  '',
  ' ',
  '\u0000',
  'é',
  '\u202e',
  '*',
  '{}',
  'null',
  '__proto__',
  '../x',
  'x'.repeat(1025),
  'a:b:c:d',
];
const oddNumbers = [0, 1, 2, 3, 249, 250, 251, 2 ** 31 - 1];

/** A message that depends on its seed alone. */
export function randomMessage(desc: DescMessage, seed: number, values: MessageValues): Message {
  return fill(desc, createRandom(seed), values, 0);
}

function fill(desc: DescMessage, random: Random, values: MessageValues, depth: number): Message {
  const message = create(desc) as Message & Record<string, unknown>;
  if (depth >= depthMax) return message;
  for (const member of desc.members) {
    // What is required is there mostly.
    if (!random.chance(depth === 0 ? 0.9 : 0.6)) continue;
    if (member.kind === 'oneof') {
      const field = random.pick(member.fields);
      message[member.localName] = { case: field.localName, value: single(field, random, values, depth) };
    } else {
      message[member.localName] = field(member, random, values, depth);
    }
  }
  return message;
}

function field(desc: DescField, random: Random, values: MessageValues, depth: number): unknown {
  const count = random.pick([1, 1, 1, 2, 3]);
  if (desc.fieldKind === 'list') return Array.from({ length: count }, () => single(desc, random, values, depth));
  if (desc.fieldKind === 'map') {
    const keys = Array.from({ length: count }, () => random.pick([...values.texts, ...oddTexts]));
    return Object.fromEntries(keys.map((key) => [key, single(desc, random, values, depth)]));
  }
  return single(desc, random, values, depth);
}

function single(desc: DescField, random: Random, values: MessageValues, depth: number): unknown {
  const kind = desc.fieldKind === 'list' ? desc.listKind : desc.fieldKind === 'map' ? desc.mapKind : desc.fieldKind;
  if (kind === 'message' && desc.message) {
    const { typeName, fields } = desc.message;
    // Those that have a form of their own.
    if (typeName === 'google.protobuf.Struct') return randomObject(random, values);
    if (/^google\.protobuf\.\w+Value$/.test(typeName) && typeName !== 'google.protobuf.ListValue') {
      return scalar(fields[0]?.scalar, random, values);
    }
    return fill(desc.message, random, values, depth + 1);
  }
  if (kind === 'enum') return random.pick([0, 1, 2, 3, 4, 99]);
  return scalar(desc.scalar, random, values);
}

function randomObject(random: Random, { texts }: MessageValues): JsonObject {
  const keys = Array.from({ length: random.below(4) }, () => random.pick([...texts, ...oddTexts]));
  const value = () => random.pick<JsonValue>([null, true, 0, 1.5, '', {}, [], [null], { a: [{}] }, random.pick(texts)]);
  return Object.fromEntries(keys.map((key) => [key, value()]));
}

function scalar(type: ScalarType | undefined, random: Random, { texts }: MessageValues): unknown {
  switch (type) {
    case ScalarType.STRING:
      return random.chance(0.8) ? random.pick(texts) : random.pick(oddTexts);
    case ScalarType.BYTES:
      return Uint8Array.from({ length: random.below(20) }, () => random.below(256));
    case ScalarType.BOOL:
      return random.chance(0.5);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return random.pick([0, -1, 1.5, 1e30, Number.NaN, Number.POSITIVE_INFINITY]);
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return BigInt(random.pick(oddNumbers));
    default:
      return random.pick(oddNumbers);
  }
}
