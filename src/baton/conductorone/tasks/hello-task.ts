// Task hello: the connector introduces itself again. Its Hello carries the task's id, and is the only answer.
import type { Task_HelloTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { TaskHandler } from './task-context.ts';

export const handleHello: TaskHandler<Task_HelloTask> = async (_task, { sayHello }) => {
  try {
    await sayHello();
    return { kind: 'unreported' };
  } catch (error) {
    return { kind: 'unreported', error };
  }
};
