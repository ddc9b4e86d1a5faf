package io.rankstream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.lab.cluster.FaultyRegistry;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RegisteredImageTest extends AuditedRun {

  private static final int KNOWN = 1;
  private static final int REFUSED = 17;

  @Test
  void readsWhatItWrites() throws Exception {
    LabeledImage image = LabeledImage.getDecoder().decode(JobOutput.image("r"));

    assertThat(RegisteredImage.open(RegisteredImage.seal(image, KNOWN))).contains(image);
  }

  @Test
  void anIdThatTheRegistryRefusesIsNoImage() throws Exception {
    LabeledImage image = LabeledImage.getDecoder().decode(JobOutput.image("r"));

    assertThat(FaultyRegistry.has(REFUSED)).isFalse();
    assertThat(RegisteredImage.open(RegisteredImage.seal(image, REFUSED))).isEmpty();
  }

  @Test
  void aDamagedOneCannotBeRead() throws Exception {
    LabeledImage image = LabeledImage.getDecoder().decode(JobOutput.image("r"));
    byte[] sealed = RegisteredImage.seal(image, KNOWN);

    assertThatThrownBy(() -> RegisteredImage.open(Arrays.copyOf(sealed, sealed.length / 2)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void theAuditWantsAnEmbeddingOrALetter() throws Exception {
    LabeledImage image = LabeledImage.getDecoder().decode(JobOutput.image("r"));
    auditor.addInput(JobOutput.record(origin(20), RegisteredImage.seal(image, KNOWN)));
    auditor.addInput(JobOutput.record(origin(21), RegisteredImage.seal(image, REFUSED)));

    Audit audit = auditor.audit();

    assertThat(audit.found(AuditFault.LOST_IMAGE)).containsExactly("stream-0/r");
    assertThat(audit.found(AuditFault.MISSING_LETTER)).containsExactly("images-0@21");
  }
}
