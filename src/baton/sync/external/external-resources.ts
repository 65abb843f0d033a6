// Resources of another .c1z file, which a sync copies, and to which it ties grants that name them by a property.
import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyIs, anyPack } from '@bufbuild/protobuf/wkt';
import { type ResourceType, ResourceType_Trait } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { type C1zReader, readC1z } from '../../c1z/c1z-reader.ts';
import type { OpenC1zOptions } from '../../c1z/file/scratch-database.ts';
import type { RecordReader } from '../../c1z/tables/record-reader.ts';
import type { ExternalResourceSettings } from '../../config/fields/sync.ts';

/** The run of the other file that is read, and what to copy of it. */
export interface ExternalResources {
  readonly records: RecordReader;
  readonly entitlementId: string | undefined;
  readonly traits: ReadonlySet<ResourceType_Trait>;
}

/** Without a setting. References to types with these are stored in any case, as in the Go syncer. */
const defaultTraits = [ResourceType_Trait.USER, ResourceType_Trait.GROUP];

/**
 * Opens the run that a viewer shows of the file.
 * @throws C1zError if there is no such file or it cannot be read; ServiceError FAILED_PRECONDITION if it has no finished sync.
 */
export async function openExternalResources(
  { path, entitlementId, traits }: ExternalResourceSettings,
  options: OpenC1zOptions,
): Promise<ExternalResources & AsyncDisposable> {
  const file: C1zReader = await readC1z(path, options);
  const run = file.runToView();
  if (!run) {
    await file.close();
    throw new ServiceError(Code.FailedPrecondition, `--external-resource-c1z: ${path} has no finished sync`, {
      reason: 'no_external_sync',
    });
  }
  return {
    records: file.records(run.syncId),
    entitlementId,
    traits: new Set(traits.length > 0 ? traits : defaultTraits),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

/** The ids of the types that will be copied, which grants may refer to beforehand. */
export function externalTypeIds({ records }: ExternalResources): readonly string[] {
  return [...records.allResourceTypes()].filter((type) => hasTrait(type, defaultTraits)).map(({ id }) => id);
}

/** Whether a type has one of some traits. */
export function hasTrait(type: ResourceType, traits: Iterable<ResourceType_Trait>): boolean {
  return new Set(type.traits).intersection(new Set(traits)).size > 0;
}

/** The annotations with one that replaces another of its type, or comes last. */
export function withAnnotation<Desc extends DescMessage>(
  annotations: readonly Any[],
  desc: Desc,
  init?: MessageInitShape<Desc>,
): Any[] {
  const packed = anyPack(desc, create(desc, init));
  const index = annotations.findIndex((any) => anyIs(any, desc));
  return index < 0 ? [...annotations, packed] : annotations.with(index, packed);
}
