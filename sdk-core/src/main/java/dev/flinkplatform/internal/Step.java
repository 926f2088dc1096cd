package dev.flinkplatform.internal;

/**
 * The steps that operations are made of. Each is journalled before it is done, and doing it twice
 * does no harm: that is what lets another process go on after a crash.
 */
enum Step {
  /** Decide, from what runs now, how to go on. */
  DECIDE,
  /** Ask Flink for a savepoint, with a trigger id that is journalled. */
  TRIGGER_SAVEPOINT,
  /** Wait for that savepoint. */
  AWAIT_SAVEPOINT,
  /** Ask Flink for a checkpoint, with a trigger id that is journalled. */
  TRIGGER_CHECKPOINT,
  /** Wait for that checkpoint. */
  AWAIT_CHECKPOINT,
  /** Ask for a savepoint's deletion. */
  DISPOSE,
  /** Wait for the deletion. */
  AWAIT_DISPOSAL,
  /** Ask Flink to stop the job with a savepoint, with a trigger id that is journalled. */
  STOP_JOB,
  /** Wait until the savepoint is complete and the job has stopped. */
  AWAIT_STOPPED,
  /** Take everything down that runs. */
  HALT,
  /** Find the newest state, now that nothing can make a newer one. */
  FIND_STATE,
  /** Start the cluster of the journalled launch. */
  LAUNCH,
  /** Wait until every vertex of the job runs. */
  AWAIT_RUNNING,
  /** Take the failed new cluster down. */
  UNDO_HALT,
  /** Start the old version again, from the same state. */
  UNDO_LAUNCH,
  /** Wait until the old version runs. */
  UNDO_AWAIT,
  /** Remove what a failed deployment left. */
  UNDO_DISCARD,
  /** Make the number of TaskManagers what is needed. */
  SCALE_TASK_MANAGERS,
  /** Tell the adaptive scheduler the new bounds. */
  CHANGE_REQUIREMENTS,
  /** Wait until the job runs at the new parallelism. */
  AWAIT_PARALLELISM,
  /** Tell the adaptive scheduler the old bounds again. */
  UNDO_REQUIREMENTS,
  /** Release TaskManagers that are not needed any more. */
  RELEASE_TASK_MANAGERS,
  /** Wait until a session cluster has the slots that are wanted. */
  AWAIT_CAPACITY,
  /** Submit the job of a burst, under a key that is journalled. */
  START_JOB,
  /** Wait for the end of the job of a burst. */
  AWAIT_JOB,
  /** Cancel the job of a burst that did not end in time. */
  CANCEL_JOB,
  /** Bring a session cluster back to the size it had. */
  SCALE_BACK,
  /** Start processes again that died. */
  REVIVE,
  /** Remove what is left of a deleted application. */
  DISCARD
}
