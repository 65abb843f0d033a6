// Finds the entitlement, principal or grant of a change in a .c1z file, as complete as a sync stored it.
import type { DescMessage } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { BatonIDSchema } from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import type { C1zReader } from '../c1z/c1z-reader.ts';
import type { RecordReader, RowRange, StoredRow } from '../c1z/tables/record-reader.ts';
import { resourceKey } from '../c1z/tables/schema.ts';
import { closestName } from '../config/closest-name.ts';
import type { ResourceName } from '../config/parse-resource-bid.ts';

/** The most ids to compare with a mistyped one: a large file has millions. */
const comparedMax = 10_000;

const nowhere: ResourceName = { resourceType: '', resource: '' };

/**
 * Finds records by id in the sync that a viewer of the file would show. Errors suggest the id that may be meant. It
 * finds and refuses the same as pkg/provisioner of baton-sdk v0.25.0.
 */
export class FileFinder {
  readonly #path: string;
  readonly #records: RecordReader;

  constructor(file: C1zReader) {
    this.#path = file.path;
    this.#records = file.records(file.runToView()?.syncId);
  }

  /**
   * Finds an entitlement with its full resource.
   * @throws ServiceError NOT_FOUND; FAILED_PRECONDITION when its resource belongs to another connector.
   */
  entitlement(id: string): Entitlement {
    const row = this.#records.entitlement(id);
    if (!row) throw this.#missing(`entitlement ${id}`, id, (range) => this.#records.entitlements(range));
    const entitlement = row.message;
    const resource = this.resource(entitlement.resource?.id ?? nowhere);
    if (resource.annotations.some((annotation) => anyIs(annotation, BatonIDSchema))) {
      throw new ServiceError(
        Code.FailedPrecondition,
        `entitlement ${id} belongs to a resource of another connector; use that connector to change it`,
        { reason: 'resource_of_other_connector' },
      );
    }
    return { ...entitlement, resource };
  }

  /** @throws ServiceError NOT_FOUND */
  resource(id: ResourceName): Resource {
    const row = this.#records.resource(id);
    if (row) return row.message;
    const { resourceType, resource } = id;
    const types = this.#records.resourceTypes().map(({ externalId }) => externalId);
    if (!types.includes(resourceType)) {
      throw notInFile(
        `${this.#path} has no resource type ${JSON.stringify(resourceType)}; valid resource types: ${types.join(', ')}`,
      );
    }
    throw this.#missing(`${resourceType} ${resource}`, resourceKey(resourceType, resource), (range) =>
      this.#records.resources({ resourceTypeId: resourceType, ...range }),
    );
  }

  /**
   * Finds a grant with its full entitlement and principal.
   * @throws ServiceError as {@link entitlement} does.
   */
  grant(id: string): Grant {
    const row = this.#records.grant(id);
    if (!row) throw this.#missing(`grant ${id}`, id, (range) => this.#records.grants(range));
    const grant = row.message;
    return {
      ...grant,
      entitlement: this.entitlement(grant.entitlement?.id ?? ''),
      principal: this.resource(grant.principal?.id ?? nowhere),
    };
  }

  #missing(what: string, id: string, read: (range: RowRange) => StoredRow<DescMessage>[]): ServiceError {
    const known = read({ limit: comparedMax }).map(({ externalId }) => externalId);
    const meant = closestName(id, known);
    const hint = meant ? `did you mean ${meant}?` : 'if it is newer than the file, sync first';
    return notInFile(`${this.#path} has no ${what}; ${hint}`);
  }
}

function notInFile(message: string): ServiceError {
  return new ServiceError(Code.NotFound, message, { reason: 'not_in_file' });
}
