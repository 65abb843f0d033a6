// Calls a connector as a syncer does: its resources, then the grants of each course, page by page.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { ConnectorServiceCleanupRequestSchema } from '#gen/c1/connector/v2/connector_pb.js';
import {
  type GrantsServiceListGrantsRequest,
  GrantsServiceListGrantsRequestSchema,
} from '#gen/c1/connector/v2/grant_pb.js';
import {
  type Resource,
  ResourceSchema,
  ResourcesServiceListResourcesRequestSchema,
  ResourcesServiceListResourcesResponseSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import { GrpcConnection, type Target } from './grpc-connection.ts';
import { type Lap, type Reply, runLap, type Unit } from './lap.ts';
import { outlineListResponse } from './list-response.ts';

/**
 * `course grants`: ListGrants for each course of the catalog. `all grants`: ListGrants for the whole type, as a Go
 * syncer calls connectors that offer it. `users`: ListResources for the first pages of users, each time in a new sync
 * so that no response is cached. `canned`: the same call over and over, to a server that responds from memory.
 */
export const operations = ['course grants', 'all grants', 'users', 'canned'] as const;
export type Operation = (typeof operations)[number];

const listGrants = 'c1.connector.v2.GrantsService/ListGrants';
const listResources = 'c1.connector.v2.ResourcesService/ListResources';
const cleanup = 'c1.connector.v2.ConnectorService/Cleanup';

/** The sync of all grants. Sync ids have 27 letters and digits. */
const grantsSyncId = '0benchmarkOfGrants000000000';
/** Similar courses may be neighbors in the catalog. */
const samplingStep = 50;
const userWalksMin = 32;
const userPages = 2;
const cannedCalls = 5000;

/** Stands for all courses in a request for the grants of the type. */
const allCourses = create(ResourceSchema, { id: { resourceType: 'course', resource: 'course' } });

/** A request whose response is large, and in the memory of a server that a caller has prepared. */
export const firstGrantsRequest = (): Uint8Array => encodeListGrants(allCourses, '', true);

type Timed = Parameters<Unit>[0];

export class Caller implements Disposable {
  readonly #connection: GrpcConnection;
  #courses: readonly Resource[] = [];
  #walks = 0;

  constructor(target: Target) {
    this.#connection = new GrpcConnection(target);
  }

  /** Lists what a sync lists, and waits for the grants, so that no lap measures loading a report. */
  async prepare(): Promise<void> {
    const ignore: Timed = async (call) => void (await call);
    await this.#walkUsers(grantsSyncId, ignore);
    const courses: Resource[] = [];
    let pageToken = '';
    do {
      const request = { resourceTypeId: 'course', activeSyncId: grantsSyncId, pageToken };
      const message = create(ResourcesServiceListResourcesRequestSchema, request);
      const bytes = await this.#connection.call(
        listResources,
        toBinary(ResourcesServiceListResourcesRequestSchema, message),
      );
      const page = fromBinary(ResourcesServiceListResourcesResponseSchema, bytes);
      courses.push(...page.list);
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    this.#courses = courses;
    for (const course of courses.slice(0, 1)) await this.#walkGrants(course, ignore);
  }

  /** The first page of grants of a medium-sized course. */
  async sample(): Promise<Buffer> {
    const answers: Buffer[] = [];
    for (const course of this.#courses.filter((_course, index) => index % samplingStep === 0)) {
      answers.push(await this.#connection.call(listGrants, encodeListGrants(course, '')));
    }
    return answers.sort((a, b) => a.length - b.length)[Math.floor(answers.length / 2)] ?? Buffer.alloc(0);
  }

  lap(operation: Operation, callers: number): Promise<Lap> {
    return runLap(callers, this.#unitsOf(operation, callers));
  }

  #unitsOf(operation: Operation, callers: number): Unit[] {
    switch (operation) {
      case 'course grants':
        return this.#courses.map((course) => (timed) => this.#walkGrants(course, timed));
      case 'all grants':
        return [(timed) => this.#walkGrants(allCourses, timed, true)];
      case 'users':
        return Array.from({ length: Math.max(userWalksMin, callers) }, () => (timed) => this.#syncUsers(timed));
      case 'canned':
        return Array.from({ length: cannedCalls }, () => (timed) => timed(this.#list(listGrants, new Uint8Array())));
    }
  }

  async #walkGrants(resource: Resource, timed: Timed, asWhole = false): Promise<void> {
    await walk(timed, (pageToken) => this.#list(listGrants, encodeListGrants(resource, pageToken, asWhole)));
  }

  async #syncUsers(timed: Timed): Promise<void> {
    this.#walks++;
    const activeSyncId = `0benchmarkOfUsers${String(this.#walks).padStart(10, '0')}`;
    await this.#walkUsers(activeSyncId, timed, userPages);
    const request = create(ConnectorServiceCleanupRequestSchema, { activeSyncId });
    await this.#connection.call(cleanup, toBinary(ConnectorServiceCleanupRequestSchema, request));
  }

  async #walkUsers(activeSyncId: string, timed: Timed, pagesMax?: number): Promise<void> {
    const schema = ResourcesServiceListResourcesRequestSchema;
    const read = (pageToken: string) =>
      this.#list(listResources, toBinary(schema, create(schema, { resourceTypeId: 'user', activeSyncId, pageToken })));
    await walk(timed, read, pagesMax);
  }

  async #list(method: string, request: Uint8Array): Promise<Page> {
    const message = await this.#connection.call(method, request);
    return { ...outlineListResponse(message), bytes: message.length };
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }
}

interface Page extends Reply {
  readonly nextPageToken: string;
}

/** Reads to the last page, or this many pages. */
async function walk(
  timed: Timed,
  read: (pageToken: string) => Promise<Page>,
  pagesMax = Number.POSITIVE_INFINITY,
): Promise<void> {
  let pageToken = '';
  for (let pages = 0; pages === 0 || (pageToken !== '' && pages < pagesMax); pages++) {
    const page = read(pageToken);
    await timed(page);
    pageToken = (await page).nextPageToken;
  }
}

function encodeListGrants(resource: Resource, pageToken: string, asWhole = false): Uint8Array {
  const request: GrantsServiceListGrantsRequest = create(GrantsServiceListGrantsRequestSchema, {
    resource,
    pageToken,
    activeSyncId: grantsSyncId,
    annotations: asWhole ? [anyPack(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))] : [],
  });
  return toBinary(GrantsServiceListGrantsRequestSchema, request);
}
