// A service for tests, with one method of each kind.
import { create, createFileRegistry } from '@bufbuild/protobuf';
import type { GenService } from '@bufbuild/protobuf/codegenv2';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_wrappers,
  type StringValueSchema,
} from '@bufbuild/protobuf/wkt';

interface Echo<Kind> {
  methodKind: Kind;
  input: typeof StringValueSchema;
  output: typeof StringValueSchema;
}

const text = '.google.protobuf.StringValue';
const file = create(FileDescriptorProtoSchema, {
  name: 'test/echo.proto',
  package: 'test',
  syntax: 'proto3',
  dependency: ['google/protobuf/wrappers.proto'],
  service: [
    {
      name: 'EchoService',
      method: [
        { name: 'One', inputType: text, outputType: text },
        { name: 'Many', inputType: text, outputType: text, serverStreaming: true },
        { name: 'Collect', inputType: text, outputType: text, clientStreaming: true },
        { name: 'Chat', inputType: text, outputType: text, clientStreaming: true, serverStreaming: true },
      ],
    },
  ],
});

const registry = createFileRegistry(
  create(FileDescriptorSetSchema, { file: [file_google_protobuf_wrappers.proto, file] }),
);

export const EchoService = registry.getService('test.EchoService') as GenService<{
  one: Echo<'unary'>;
  many: Echo<'server_streaming'>;
  collect: Echo<'client_streaming'>;
  chat: Echo<'bidi_streaming'>;
}>;
