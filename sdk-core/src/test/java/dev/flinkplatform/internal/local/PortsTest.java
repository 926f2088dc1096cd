package dev.flinkplatform.internal.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortsTest {

  @Test
  void free_many_areDifferentAndFree() {
    List<Integer> ports = Ports.free(20);

    assertThat(ports).hasSize(20).doesNotHaveDuplicates().allMatch(p -> p > 0 && p < 65536);
    assertThat(Ports.isFree(ports.get(0))).isTrue();
  }

  @Test
  void isFree_somebodyListens_isFalse() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Ports.isFree(socket.getLocalPort())).isFalse();
    }
  }
}
