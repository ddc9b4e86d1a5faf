package io.rankstream.model.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Recognises what PyTorch's own {@code torch.save} writes: a zip file of pickles, or one pickle. A
 * pickle is a program, so none is ever read here.
 */
final class PickledFile {

  private static final int ZIP = 0x504B0304; // PK, 3, 4
  private static final int PICKLE = 0x80; // the opcode PROTO; the next byte is the protocol
  private static final int NEWEST_PROTOCOL = 5;

  private PickledFile() {}

  /** Whether a file looks like one. */
  static boolean is(FileChannel channel) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(Integer.BYTES);
    if (channel.read(head, 0) < Integer.BYTES) {
      return false;
    }

    boolean isPickle =
        Byte.toUnsignedInt(head.get(0)) == PICKLE
            && head.get(1) >= 2
            && head.get(1) <= NEWEST_PROTOCOL;
    return isPickle || head.getInt(0) == ZIP;
  }

  /** How to convert a file, in words that follow "is not a safetensors file: ". */
  static String advice(Path file) {
    String converted = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
    return ("it is PyTorch's own format, a pickle, which can hold programs and is never read. Convert it once, in Python:"
            + " import safetensors.torch, torch; safetensors.torch.save_file(torch.load('%s', weights_only=True), '%s.safetensors')")
        .formatted(file, converted);
  }
}
