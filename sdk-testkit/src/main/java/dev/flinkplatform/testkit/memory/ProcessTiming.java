package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.spi.Timing;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** The time as one process has it: when it is killed, nothing of it goes on. Thread-safe. */
final class ProcessTiming implements Timing {

  private final VirtualTime time;
  private final List<VirtualTime.VirtualWorker> workers = new CopyOnWriteArrayList<>();

  ProcessTiming(VirtualTime time) {
    this.time = time;
  }

  void kill() {
    workers.forEach(VirtualTime.VirtualWorker::kill);
  }

  @Override
  public Clock clock() {
    return time.clock();
  }

  @Override
  public long nanoTime() {
    return time.nanoTime();
  }

  @Override
  public void pause(Duration pause) throws InterruptedException {
    time.pause(pause);
  }

  @Override
  public <T> T await(CompletableFuture<T> future, Duration timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    return time.await(future, timeout);
  }

  @Override
  public Worker worker(String name, int threads) {
    VirtualTime.VirtualWorker worker = time.worker(name, threads);
    workers.add(worker);
    return worker;
  }
}
