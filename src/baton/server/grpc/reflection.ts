// Server reflection (grpc.reflection v1 and v1alpha). It serves the descriptors in the generated code, so that clients also
// see custom options such as the validation rules.
import { type DescFile, type DescService, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { ServerReflection } from '#gen/grpc/reflection/v1/reflection_pb.js';
import { ServerReflection as ServerReflectionV1Alpha } from '#gen/grpc/reflection/v1alpha/reflection_pb.js';
import { Code } from '../../author/service-error.ts';
import { type ServiceEntry, serviceEntry } from '../../services/service-entry.ts';
import { FileIndex } from './file-index.ts';

/** The query of a request. The two versions of the service differ only in their package. */
type Question =
  | {
      readonly case: 'fileByFilename' | 'fileContainingSymbol' | 'allExtensionNumbersOfType' | 'listServices';
      readonly value: string;
    }
  | {
      readonly case: 'fileContainingExtension';
      readonly value: { readonly containingType: string; readonly extensionNumber: number };
    }
  | { readonly case: undefined };

type Answer =
  | { case: 'fileDescriptorResponse'; value: { fileDescriptorProto: Uint8Array[] } }
  | { case: 'allExtensionNumbersResponse'; value: { baseTypeName: string; extensionNumber: number[] } }
  | { case: 'listServicesResponse'; value: { service: { name: string }[] } }
  | { case: 'errorResponse'; value: { errorCode: number; errorMessage: string } };

export const reflectionServices: readonly DescService[] = [ServerReflection, ServerReflectionV1Alpha];

/** @param services - All services of the server, including {@link reflectionServices}. */
export function createReflectionServices(services: readonly DescService[]): ServiceEntry[] {
  const names = services.map((service) => service.typeName).sort();
  // Most servers never get a query.
  let index: Promise<FileIndex> | undefined;
  const reply = async (question: Question, sent: Set<DescFile>): Promise<Answer> => {
    index ??= indexFiles(services);
    return answer(question, names, await index, sent);
  };
  return [
    serviceEntry(ServerReflection, {
      async *serverReflectionInfo(requests) {
        const sent = new Set<DescFile>();
        for await (const request of requests) {
          const messageResponse = await reply(request.messageRequest, sent);
          yield { validHost: request.host, originalRequest: request, messageResponse };
        }
      },
    }),
    serviceEntry(ServerReflectionV1Alpha, {
      async *serverReflectionInfo(requests) {
        const sent = new Set<DescFile>();
        for await (const request of requests) {
          const messageResponse = await reply(request.messageRequest, sent);
          yield { validHost: request.host, originalRequest: request, messageResponse };
        }
      },
    }),
  ];
}

async function indexFiles(services: readonly DescService[]): Promise<FileIndex> {
  const { annotationFiles } = await import('../../messages/annotation-registry.ts');
  return new FileIndex([...services.map((service) => service.file), ...annotationFiles]);
}

function answer(question: Question, names: readonly string[], index: FileIndex, sent: Set<DescFile>): Answer {
  switch (question.case) {
    case 'listServices':
      return { case: 'listServicesResponse', value: { service: names.map((name) => ({ name })) } };
    case 'fileByFilename':
      return toFileAnswer(index.byName(question.value), sent, `file ${question.value}`);
    case 'fileContainingSymbol':
      return toFileAnswer(index.bySymbol(question.value), sent, `symbol ${question.value}`);
    case 'fileContainingExtension': {
      const { containingType, extensionNumber } = question.value;
      const file = index.extensionsOf(containingType)?.get(extensionNumber);
      return toFileAnswer(file, sent, `extension ${extensionNumber} of ${containingType}`);
    }
    case 'allExtensionNumbersOfType': {
      const extensions = index.extensionsOf(question.value);
      return extensions
        ? {
            case: 'allExtensionNumbersResponse',
            value: { baseTypeName: question.value, extensionNumber: [...extensions.keys()] },
          }
        : toError(Code.NotFound, `message ${question.value} is not known to this server`);
    }
    case undefined:
      return toError(Code.InvalidArgument, 'the request asks nothing: none of its message_request fields is set');
  }
}

/** The file and all its imports, except those that were sent in this call. */
function toFileAnswer(file: DescFile | undefined, sent: Set<DescFile>, what: string): Answer {
  if (!file) {
    return toError(Code.NotFound, `${what} is not known to this server`);
  }
  sent.delete(file);
  const files: DescFile[] = [];
  const take = (wanted: DescFile) => {
    if (!sent.has(wanted)) {
      sent.add(wanted);
      files.push(wanted);
      wanted.dependencies.forEach(take);
    }
  };
  take(file);
  const fileDescriptorProto = files.map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function toError(errorCode: Code, errorMessage: string): Answer {
  return { case: 'errorResponse', value: { errorCode, errorMessage } };
}
