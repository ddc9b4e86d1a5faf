package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.Fixtures;
import org.junit.jupiter.api.Test;

class StreamNameTest {

  @Test
  void aStreamThatIsNoNameOfAFolderStopsTheStart() {
    for (String name :
        new String[] {".", "..", " ", "a\u0000", "a\u009b", "a\u202eb", "猫".repeat(23)}) {
      assertThatThrownBy(() -> Fixtures.config("input.streams", "good;'" + name + "'"))
          .as(name)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("Invalid input.streams");
    }
  }

  @Test
  void namesWithDotsSlashesAndLettersOfAllLanguagesAreGood() {
    for (String name : new String[] {"...", "a..b", ".a", "../../x", "猫", "a b", "a*"}) {
      assertThat(StreamName.isAccepted(name)).as(name).isTrue();
    }
  }
}
