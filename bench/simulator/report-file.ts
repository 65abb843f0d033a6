// Prepares the learning-activity report of a size as a file, once, so that the simulator only has to send it.
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ActivityPlan, planActivity } from '../../src/simulator/percipio/activity/activity-plan.ts';
import { activityRows } from '../../src/simulator/percipio/activity/activity-rows.ts';
import { createRowFragments } from '../../src/simulator/percipio/activity/row-fragments.ts';
import {
  ASSESSMENT_KIND,
  COURSE_KIND,
  isCourseOrAssessment,
  isInactiveAt,
} from '../../src/simulator/percipio/organization/content-kinds.ts';
import { createOrganization, type Organization } from '../../src/simulator/percipio/organization/organization.ts';
import { SIMULATED_ORGANIZATION_ID } from '../../src/simulator/percipio/simulator-options.ts';
import { rowBytesAbout, type Size } from '../sizes.ts';

/** The simulator's default seed. */
const seed = 1;

/**
 * The path of the report: what a simulator of this size returns for courses and assessments, except for the limit of
 * users per course. Writes the report if it is missing, and removes outdated reports of the same size.
 * @param log - Called if the report must be written, which takes a while.
 * @throws Error if the disk is too small for it.
 */
export async function prepareReport(size: Size, folder: string, log: (text: string) => void): Promise<string> {
  await mkdir(folder, { recursive: true });
  const name = `report-${size.name}-${digestOf(size)}.json`;
  const path = join(folder, name);
  if (await stat(path).catch(() => undefined)) {
    return path;
  }
  for (const old of await readdir(folder)) {
    if (old.startsWith(`report-${size.name}-`)) await rm(join(folder, old));
  }
  await checkRoom(size, folder);
  log(`writing the report of ${size.name}, ${size.rows} rows`);
  const file = await open(`${path}.part`, 'w');
  try {
    // Every block reuses the same buffer.
    for (const block of reportBlocks(size)) await file.writeFile(block);
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
  return path;
}

/** The report in blocks, all in the same buffer. */
export function reportBlocks({ users, items, rows, peopleInCourseMax }: Omit<Size, 'name'>): Iterable<Buffer> {
  const organization = createOrganization({
    seed,
    users,
    courses: items,
    organizationId: SIMULATED_ORGANIZATION_ID,
  });
  const plan = limitPeople(organization, planActivity(organization, rows), peopleInCourseMax);
  return activityRows(
    { organization, plan, fragments: createRowFragments(organization) },
    { startMs: 0, endMs: Number.MAX_SAFE_INTEGER, kinds: new Set([COURSE_KIND, ASSESSMENT_KIND]), ascending: false },
  );
}

/** The plan, with a limit on the number of users of the most popular course. */
function limitPeople(organization: Organization, plan: ActivityPlan, peopleMax: number): ActivityPlan {
  const courses = Array.from({ length: organization.courses }, (_, index) => index).filter((index) =>
    isCourseOrAssessment(organization.contentKindAt(index)),
  );
  const popular = courses.find((index) => !isInactiveAt(index));
  return {
    ...plan,
    read(position, row) {
      plan.read(position, row);
      if (row.content === popular && row.user >= peopleMax) {
        row.content = courses[row.user % courses.length] ?? popular;
      }
    },
  };
}

/** Changes with whatever decides the rows: the size, the simulator, and this module. */
function digestOf(size: Size): string {
  const hash = createHash('sha256').update(JSON.stringify(Object.values(size).map(String)));
  const simulator = fileURLToPath(new URL('../../src/simulator/percipio/', import.meta.url));
  const files = globSync('{activity,organization}/*.ts', { cwd: simulator }).sort();
  for (const path of [...files.map((file) => join(simulator, file)), fileURLToPath(import.meta.url)]) {
    hash.update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 8);
}

/** The report itself, and what syncs write: a database of about the same size for the grants, and indexes. */
async function checkRoom({ name, rows }: Size, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const neededBytes = rows * rowBytesAbout * 3.5;
  if (bavail * bsize < neededBytes) {
    const [free, needed] = [bavail * bsize, neededBytes].map((bytes) => Math.ceil(bytes / 1e9));
    throw new Error(
      `${name} needs ${needed} GB of disk at ${folder}, which has ${free}: choose another folder with --cache`,
    );
  }
}
