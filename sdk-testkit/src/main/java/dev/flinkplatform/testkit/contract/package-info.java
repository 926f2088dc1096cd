/**
 * What every backend must do, as abstract JUnit 5 classes: a backend joins with a {@link
 * dev.flinkplatform.testkit.contract.PlatformFixture} and one small class per suite. Audience:
 * backend authors, and users who want to check a platform of their own.
 *
 * <p>Capabilities drive the suites both ways: what a platform advertises must work, what it does
 * not advertise must be refused before any side effect. State is judged by the {@linkplain
 * dev.flinkplatform.testkit.SelfCheckingJob self-checking job} and its {@linkplain
 * dev.flinkplatform.testkit.Ledger ledger}.
 */
@NullMarked
package dev.flinkplatform.testkit.contract;

import org.jspecify.annotations.NullMarked;
