// What deploy/kubernetes/ says about running the image.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface EnvEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

const folder = new URL('../../deploy/kubernetes/', import.meta.url);
const read = (name: string) => parse(readFileSync(new URL(name, folder), 'utf8'));

/** What the kubelet fills in. */
const fields: Readonly<Record<string, string>> = {
  'status.podIP': '127.0.0.1',
  'metadata.name': 'baton-percipio-0',
};

const { securityContext, containers, volumes } = read('deployment.yaml').spec.template.spec;
const [container] = containers;
const secret = read('secret.yaml').stringData as Readonly<Record<string, string>>;

export const manifest = {
  uid: securityContext.runAsUser as number,
  memoryBytes: readBytes(container.resources.limits.memory),
  /** Of /tmp. */
  temporaryBytes: readBytes(volumes[0].emptyDir.sizeLimit),
  /** Variables of the pod; those of the Secret have placeholders. */
  env: {
    ...secret,
    ...Object.fromEntries(
      (container.env as readonly EnvEntry[]).map(({ name, value, valueFrom }) => [
        name,
        value ?? fields[valueFrom?.fieldRef.fieldPath ?? ''] ?? '',
      ]),
    ),
  } as Readonly<Record<string, string>>,
  readyPath: container.readinessProbe.httpGet.path as string,
};

/** @param quantity - Such as `4Gi`. */
function readBytes(quantity: string): number {
  const [, number, unit] = /^(\d+)([MG])i$/.exec(quantity) ?? [];
  if (!number) throw new Error(`${quantity} is not a number of Mi or Gi`);
  return Number(number) * 1024 ** (unit === 'G' ? 3 : 2);
}
