package dev.flinkplatform.internal.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * Free ports of the loopback interface.
 *
 * <p>A port is free when it is returned; nothing keeps it so. Whoever starts a process on one is
 * ready to try again with others.
 */
public final class Ports {

  private Ports() {}

  /**
   * Finds free ports, all different from each other.
   *
   * @param count how many
   * @return the ports
   * @throws UncheckedIOException if the system has none
   */
  public static List<Integer> free(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      // Held open together, or the system might give the same one twice.
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket();
        held.add(socket);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot get " + count + " free ports on the loopback interface: " + e.getMessage(), e);
    } finally {
      held.forEach(Ports::close);
    }
  }

  /**
   * Tells whether nobody listens at a port of the loopback interface.
   *
   * @param port the port, 1 to 65535
   * @return true if it can be bound now
   */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Tells whether somebody takes connections at a port of the loopback interface.
   *
   * @param port the port, 1 to 65535
   * @return true if a connection could be made within a second
   */
  public static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It was only held to choose a port: nothing is lost, and the system frees it.
    }
  }
}
