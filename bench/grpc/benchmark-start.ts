// Measures the time from process start to the first response.

import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { ResourceTypesServiceListResourceTypesRequestSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { Account } from '../connectors.ts';
import type { BenchOptions } from '../options.ts';
import { serversOf } from './benchmark-grpc.ts';
import { GrpcConnection } from './grpc-connection.ts';
import type { ServerName, StartResults } from './grpc-results.ts';
import { startServer } from './start-server.ts';

const starts = 7;
const listResourceTypes = 'c1.connector.v2.ResourceTypesService/ListResourceTypes';

/** @param log - Called with a line of text per start. */
export async function benchmarkStart(
  account: Account,
  options: BenchOptions,
  workFolder: string,
  log: (text: string) => void,
): Promise<StartResults> {
  const request = toBinary(
    ResourceTypesServiceListResourceTypesRequestSchema,
    create(ResourceTypesServiceListResourceTypesRequestSchema),
  );
  const results: Partial<Record<ServerName, number[]>> = {};
  for (let start = 0; start < starts; start++) {
    for (const { name, connector, mode } of serversOf(options)) {
      const folder = await mkdtemp(join(workFolder, 'start-'));
      try {
        await using server = await startServer(connector, mode, account, folder);
        using connection = new GrpcConnection(server);
        await Promise.race([connection.call(listResourceTypes, request), server.ended]);
        const tookMs = performance.now() - server.startedAtMs;
        results[name] = [...(results[name] ?? []), tookMs];
        log(`start of ${name}: ${Math.round(tookMs)} ms to the first response`);
      } finally {
        await rm(folder, { recursive: true });
      }
    }
  }
  return results;
}
