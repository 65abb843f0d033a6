#!/usr/bin/env node
// Where the program begins. It loads nothing of its own, so that an old Node can still say what is wrong.

// Node opens its debugger on SIGUSR1, unless somebody listens. `runProgram` does, but loading it takes longer than starting
// Node. The flag --disable-sigusr1 would be complete, but the env of Alpine cannot pass flags on from the first line.
process.on('SIGUSR1', () => {});

const nodeMajorMin = 24;

if (Number.parseInt(process.versions.node, 10) < nodeMajorMin) {
  process.stderr.write(
    `baton-percipio needs Node ${nodeMajorMin} or later, and this is Node ${process.versions.node} (${process.execPath}).\n${
      import.meta.url.endsWith('.ts') ? 'In a clone, "npm ci" installs it and "npm start -- ARGS" uses it.\n' : ''
    }`,
  );
  process.exitCode = 1;
} else {
  await import('./program.ts');
}
