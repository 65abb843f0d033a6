// Expands grants for the Go tests in this folder.
//
// Takes lines of JSON (see `Command`): writes what the latest run of a file lists into another file, as a sync does, and
// expands its grants. Answers each with a line of JSON: `{}`, or the error. It ends with its stdin.
import { createInterface } from 'node:readline';
import { fromBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { pino } from 'pino';
import { GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import { readC1z } from '../../src/baton/c1z/c1z-reader.ts';
import { openC1z } from '../../src/baton/c1z/c1z-file.ts';
import type { RecordReader } from '../../src/baton/c1z/tables/record-reader.ts';
import { expandGrants } from '../../src/baton/sync/expand/expand-grants.ts';
import { readExpansionLimits } from '../../src/baton/sync/expansion-limits.ts';
import { SyncTally } from '../../src/baton/sync/sync-tally.ts';

interface Command {
  readonly from: string;
  readonly to: string;
  /** Whether the grants bypass SQLite until they are expanded. */
  readonly bulkLoad: boolean;
}

const signal = new AbortController().signal;
const logger = pino({ level: 'silent' });

function* listedGrants(records: RecordReader): Generator<Grant[]> {
  for (let afterRowId = 0; ; ) {
    const rows = records.grants({ afterRowId });
    const last = rows.at(-1);
    if (!last) return;
    afterRowId = last.rowId;
    yield rows.map(({ message, expansion }) => {
      if (expansion) message.annotations.push(anyPack(GrantExpandableSchema, fromBinary(GrantExpandableSchema, expansion)));
      return message;
    });
  }
}

async function expand({ from, to, bulkLoad }: Command): Promise<void> {
  await using source = await readC1z(from);
  const records = source.records(source.latestFinishedFullRun()?.syncId);
  await using file = await openC1z(to, { bulkLoad });
  const store = file.startSync({ type: 'full' });
  store.putResourceTypes(records.allResourceTypes());
  store.putResources(records.allResources());
  store.putEntitlements(records.allEntitlements());
  store.startGrants();
  for (const page of listedGrants(records)) store.putGrants(page);
  await store.endGrants(signal);
  const observer = new SyncTally(() => {});
  await expandGrants(store, { limits: readExpansionLimits({}), logger, observer, signal });
  await store.end({ syncToken: '{}', supportsDiff: true, signal });
  await file.save({ signal });
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer: { error?: string } = {};
  try {
    await expand(JSON.parse(line));
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
