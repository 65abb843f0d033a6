#!/usr/bin/env node
// Where the program begins. It loads nothing of its own, so that an old Node can still say what is wrong.
import { setFlagsFromString } from 'node:v8';

const nodeMajorMin = 24;

if (Number.parseInt(process.versions.node, 10) < nodeMajorMin) {
  process.stderr.write(
    `baton-percipio needs Node ${nodeMajorMin} or later, and this is Node ${process.versions.node} (${process.execPath}).\n`,
  );
  process.exitCode = 1;
} else {
  // Garbage is collected when the heap has grown by so much, in percent; V8 would let it grow up to fourfold. A sync
  // makes much garbage and keeps little: a third of its memory for a fiftieth of its time.
  setFlagsFromString('--heap-growing-percent=30');
  await import('./run-process.ts');
}
