package dev.flinkplatform.testkit.job;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** The binary forms of the source's state, the same on every Flink version. */
final class SequenceSerializers {

  private static final int VERSION = 1;

  private SequenceSerializers() {}

  private static ByteBuffer read(int version, byte[] bytes) throws IOException {
    if (version != VERSION) {
      throw new IOException("Unknown version " + version + " of the source's state");
    }
    return ByteBuffer.wrap(bytes);
  }

  private static KeySplit split(ByteBuffer in) {
    int key = in.getInt();
    return new KeySplit(key, in.getLong());
  }

  /** For {@link KeySplit}. */
  static final class Split implements SimpleVersionedSerializer<KeySplit> {

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(KeySplit split) {
      return ByteBuffer.allocate(12).putInt(split.key).putLong(split.next).array();
    }

    @Override
    public KeySplit deserialize(int version, byte[] bytes) throws IOException {
      try {
        return split(read(version, bytes));
      } catch (BufferUnderflowException e) {
        throw new IOException("A split is too short: " + bytes.length + " bytes", e);
      }
    }
  }

  /** For {@link EnumeratorState}. */
  static final class Enumerator implements SimpleVersionedSerializer<EnumeratorState> {

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(EnumeratorState state) {
      ByteBuffer out = ByteBuffer.allocate(8 + 12 * state.unassigned.size());
      out.putInt(state.keys).putInt(state.unassigned.size());
      for (KeySplit split : state.unassigned) {
        out.putInt(split.key).putLong(split.next);
      }
      return out.array();
    }

    @Override
    public EnumeratorState deserialize(int version, byte[] bytes) throws IOException {
      try {
        ByteBuffer in = read(version, bytes);
        int keys = in.getInt();
        int count = in.getInt();
        List<KeySplit> unassigned = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          unassigned.add(split(in));
        }
        return new EnumeratorState(keys, unassigned);
      } catch (BufferUnderflowException e) {
        throw new IOException("The enumerator's state is too short: " + bytes.length, e);
      }
    }
  }
}
