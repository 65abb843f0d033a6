// The simulated ConductorOne for the Go tests in this folder.
//
//   node conductorone.ts <folder>        folder for uploads and the certificate
//
// Prints one line of JSON: the credentials of its connector, and the path of its certificate. Each line on stdin is a
// command in JSON, and gets a line in response: {"add": task} queues a task and returns its id; {"finished": id} waits
// for the end of a task; {"cancel": id}; {"fault": {…}} makes calls fail; {"waitFor": [name, count]} waits for calls;
// {"state": true} returns what it has received so far. Messages are in base64. It ends with its stdin, so it never
// outlives the process that started it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import {
  type BatonServiceHelloRequest,
  BatonServiceFinishTaskRequestSchema,
  BatonServiceHelloRequestSchema,
  TaskSchema,
} from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { startConductorOneSimulator } from '../../src/simulator/conductorone/conductorone-simulator.ts';
import type { Fault } from '../../src/simulator/conductorone/faults.ts';
import type { TaskType } from '../../src/simulator/conductorone/task-board.ts';

interface Command {
  readonly add?: string;
  readonly finished?: string;
  readonly cancel?: string;
  readonly fault?: Fault;
  readonly waitFor?: readonly [string, number];
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function encode<Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>): string {
  return Buffer.from(toBinary(desc, message)).toString('base64');
}

const folder = process.argv[2] ?? '';
await using simulator = await startConductorOneSimulator({
  uploadFolder: join(folder, 'uploads'),
  nextPollMs: 10,
  nextHeartbeatMs: 1000,
});
const { clientId, clientSecret, certificate, tasks, uploads, calls, faults } = simulator;
const certificateFile = join(folder, 'certificate.pem');
await writeFile(certificateFile, certificate);
print({ clientId, clientSecret, certificateFile });

async function answer({ add, finished, cancel, fault, waitFor }: Command): Promise<unknown> {
  if (add) {
    const { taskType, debug } = fromBinary(TaskSchema, Buffer.from(add, 'base64'));
    return tasks.add(taskType as TaskType, { debug });
  }
  if (finished) return encode(BatonServiceFinishTaskRequestSchema, await tasks.finished(finished));
  if (cancel) return tasks.cancel(cancel) ?? {};
  if (fault) return faults.add(fault) ?? {};
  if (waitFor) return (await calls.waitFor(...waitFor)).length;
  return {
    calls: calls.all.map(({ name }) => name),
    userAgents: [...new Set(calls.all.map(({ headers }) => headers.get('user-agent')))],
    hostIds: [...new Set(calls.all.flatMap(({ request }) => (request as { hostId?: string } | undefined)?.hostId ?? []))],
    hellos: calls.named('Hello').map(({ request }) => encode(BatonServiceHelloRequestSchema, request as BatonServiceHelloRequest)),
    uploads: uploads.all,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  print(await answer(JSON.parse(line) as Command));
}
