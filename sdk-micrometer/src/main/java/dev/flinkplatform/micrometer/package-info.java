/** Metrics of a platform and its applications for Micrometer. Audience: services. */
@NullMarked
package dev.flinkplatform.micrometer;

import org.jspecify.annotations.NullMarked;
