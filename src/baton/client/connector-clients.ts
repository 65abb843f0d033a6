// The clients of a sync, whether the connector is in this process or elsewhere.
import type { DescService } from '@bufbuild/protobuf';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceGetterService, ResourcesService, ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import type { UnaryClient } from './in-process-client.ts';

/** A typed client for each service that a sync calls. A failed call rejects with a ConnectError. */
export interface ConnectorClients {
  readonly connector: UnaryClient<typeof ConnectorService>;
  readonly resourceTypes: UnaryClient<typeof ResourceTypesService>;
  readonly resources: UnaryClient<typeof ResourcesService>;
  readonly resourceGetter: UnaryClient<typeof ResourceGetterService>;
  readonly entitlements: UnaryClient<typeof EntitlementsService>;
  readonly grants: UnaryClient<typeof GrantsService>;
}

/** @param connect - Creates the client of one service. */
export function createConnectorClients(
  connect: <Desc extends DescService>(desc: Desc) => UnaryClient<Desc>,
): ConnectorClients {
  return {
    connector: connect(ConnectorService),
    resourceTypes: connect(ResourceTypesService),
    resources: connect(ResourcesService),
    resourceGetter: connect(ResourceGetterService),
    entitlements: connect(EntitlementsService),
    grants: connect(GrantsService),
  };
}
