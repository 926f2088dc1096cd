package dev.flinkplatform.internal.local;

/** What can be said about a process from here. */
public enum ProcessLiveness {
  /** It runs. */
  ALIVE,
  /** It has ended: its pid is free, or another process has it. */
  DEAD,
  /** It belongs to another host or container, where this one cannot look. */
  UNKNOWN
}
