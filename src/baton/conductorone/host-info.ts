// What Hello says about the machine and the program.
import { readFileSync } from 'node:fs';
import { arch, hostname, machine, release, type } from 'node:os';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  BatonServiceHelloRequest_BuildInfoSchema,
  BatonServiceHelloRequest_OSInfoSchema,
} from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { Program } from '../author/program.ts';
import { readVariable } from '../config/unquote.ts';

/** BatonService rejects longer values. */
const lengthMax = 256;

/** Returns `BATON_HOST_ID` or the hostname (pkg/tasks/c1api of baton-sdk v0.25.0). It tells replicas apart. */
export function findHostId(env: NodeJS.ProcessEnv): string {
  return (readVariable(env, 'BATON_HOST_ID') || hostname() || 'baton-sdk').slice(0, lengthMax);
}

/** Describes the machine. What is unknown gets the Go SDK's default. */
export function describeOs(): MessageInitShape<typeof BatonServiceHelloRequest_OSInfoSchema> {
  const os = type().toLowerCase();
  const distribution = os === 'linux' ? readDistribution() : {};
  const platform = distribution.ID || os;
  const kernelVersion = release() || 'unknown';
  return mapValues({
    hostname: hostname() || 'unknown',
    os,
    platform,
    platformFamily: distribution.ID_LIKE?.split(' ')[0] || platform,
    platformVersion: distribution.VERSION_ID || kernelVersion,
    kernelVersion,
    kernelArch: machine() || arch(),
    // Hard to detect from inside a container or virtual machine, and nothing depends on it.
    virtualizationSystem: 'none',
  });
}

/** Describes the program, in the fields for a Go module. */
export function describeBuild({
  name,
  version,
}: Pick<Program, 'name' | 'version'>): MessageInitShape<typeof BatonServiceHelloRequest_BuildInfoSchema> {
  return mapValues({ langVersion: `node ${process.version}`, package: name, packageVersion: `v${version}` });
}

function readDistribution(): Partial<Record<string, string>> {
  try {
    const lines = readFileSync('/etc/os-release', 'utf8').matchAll(/^([A-Z_]+)=(?:"([^"]*)"|(.*))$/gm);
    return Object.fromEntries(Array.from(lines, ([, key, quoted, plain]) => [key, quoted ?? plain]));
  } catch {
    return {};
  }
}

function mapValues<Key extends string>(values: Record<Key, string>): Record<Key, string> {
  const shortened = Object.entries<string>(values).map(([key, value]) => [key, value.slice(0, lengthMax)]);
  return Object.fromEntries(shortened) as Record<Key, string>;
}
