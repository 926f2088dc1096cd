package dev.flinkplatform.spi;

import dev.flinkplatform.JobId;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.spec.ApplicationSpec;
import java.util.Optional;

/**
 * One start of an application: everything a backend needs to bring its cluster up.
 *
 * <p>Journalled before it is used: launching the same id again must give the same cluster, never a
 * second one.
 *
 * @param id the id of this start; no other start of any application has it
 * @param spec what to start, after {@link PlatformBackend#complete}
 * @param jobId the id that the job must get
 * @param restoreFrom the checkpoint or savepoint to restore; empty: start without state
 * @param allowNonRestoredState whether state without an operator may be dropped
 * @param claimMode who owns the savepoint afterwards
 * @param attempt counts from 1; grows when the same start is tried again after a {@link
 *     Observation#retryable} failure
 */
public record Launch(
    String id,
    ApplicationSpec spec,
    JobId jobId,
    Optional<String> restoreFrom,
    boolean allowNonRestoredState,
    StateRestore.ClaimMode claimMode,
    int attempt) {}
