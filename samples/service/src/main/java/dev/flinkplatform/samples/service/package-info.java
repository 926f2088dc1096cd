/** A service that runs Flink for others: copy it and adapt it. */
@NullMarked
package dev.flinkplatform.samples.service;

import org.jspecify.annotations.NullMarked;
