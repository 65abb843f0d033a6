// What Hello tells of the machine and of the program.
import { readFileSync } from 'node:fs';
import { arch, hostname, machine, release, type } from 'node:os';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  BatonServiceHelloRequest_BuildInfoSchema,
  BatonServiceHelloRequest_OSInfoSchema,
} from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { Program } from '../author/program.ts';

/** The longest value that BatonService takes. */
const lengthMax = 256;

/** `BATON_HOST_ID`, or the name of the machine (pkg/tasks/c1api of baton-sdk v0.25.0). Replicas differ in it. */
export function findHostId(env: NodeJS.ProcessEnv): string {
  return (env.BATON_HOST_ID || hostname() || 'baton-sdk').slice(0, lengthMax);
}

/** The machine, with the words of the Go SDK where something cannot be found out. */
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
    // Containers and virtual machines look alike from the inside, and nothing hangs on it.
    virtualizationSystem: 'none',
  });
}

/** The program, in the fields that Go programs have for their module. */
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
