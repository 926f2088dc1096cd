/**
 * What is wrong with an application, from what it is known, and what to do. Audience: everybody.
 */
@NullMarked
package dev.flinkplatform.diagnosis;

import org.jspecify.annotations.NullMarked;
