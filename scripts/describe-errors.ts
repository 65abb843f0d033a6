// Writes docs/errors.md from the tables of error reasons.
import { writeFileSync } from 'node:fs';
import { callReasons } from '../src/baton/author/call-reasons.ts';
import { hostedReasons } from '../src/baton/author/hosted-reasons.ts';
import { programReasons } from '../src/baton/author/program-reasons.ts';
import type { ReasonEntry, ReasonTable } from '../src/baton/author/reason-table.ts';
import { percipioReasons } from '../src/percipio/error-reasons.ts';

const introduction = `# Errors

Every error has a gRPC code, a message and a reason. The message says what to do in the case at hand and may change between versions. The reason is a stable word for alerts and searches: it is the field \`reason\` of a log line. It is not sent over the network.

The code decides what a Baton runner does. A sync retries \`UNAVAILABLE\` and \`DEADLINE_EXCEEDED\`, skips what is \`NOT_FOUND\`, and fails with any other code. A failed grant or revocation is final, except that the connector itself retries it after \`UNAVAILABLE\` and \`DEADLINE_EXCEEDED\`.

This page is written by \`node scripts/describe-errors.ts\` from the tables in the source.
`;

const sections: Readonly<Record<string, ReasonTable>> = {
  'Calls of any Baton connector': callReasons,
  'Commands, syncs and service mode': programReasons,
  'Hosted by ConductorOne': hostedReasons,
  Percipio: percipioReasons,
};

/** The page, with a table for each section. */
export function describeErrors(): string {
  const parts = Object.entries(sections).map(([heading, table]) => {
    const rows = Object.entries(table)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([reason, entry]) => formatRow(reason, entry));
    return `\n## ${heading}\n\n| reason | code | meaning | what to do |\n|---|---|---|---|\n${rows.join('')}`;
  });
  return introduction + parts.join('');
}

function formatRow(reason: string, { codes, meaning, action }: ReasonEntry): string {
  return `| \`${reason}\` | ${codes.map((code) => `\`${toGrpcName(code)}\``).join(', ')} | ${meaning} | ${action} |\n`;
}

/** As gRPC writes it: \`NOT_FOUND\`; and \`CANCELLED\`, which Connect spells in another way. */
function toGrpcName(code: string): string {
  return code === 'Canceled' ? 'CANCELLED' : code.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}

if (import.meta.main) {
  writeFileSync(new URL('../docs/errors.md', import.meta.url), describeErrors());
}
